import {html} from "htl";
import type {RejectedView, SkippedView, VersionDetails, VersionManifest} from "../../site/types.js";
import {dataTable} from "../tables/dataTable.js";
import {droppedRowsQuery, filtersQuery} from "./dataQueries.js";
import {code, type PageContent, details} from "../text/elements.js";
import {countText, joinedNames, pluralText, percentText} from "../text/format.js";
import {groupedTable} from "../tables/groupedTable.js";

/** What filters dropped and why, and what of the source could not be read. */
export function rejected(
  {rejected: filters, skipped}: VersionDetails,
  version: VersionManifest
): PageContent {
  return [filtered(filters, version), skipped ? skippedLines(skipped) : null];
}

function filtered(filters: readonly RejectedView[], version: VersionManifest): PageContent {
  if (filters.length === 0) return null;
  const dropped = filters.reduce((sum, {rows}) => sum + rows, 0);
  const read = version.rows + dropped;
  if (dropped === 0 && filters.every(({undetermined}) => !undetermined))
    return html`<p>${pluralText(filters.length, "filter")} let every row pass.</p>`;
  return [
    html`<p>
      ${countText(dropped)} of ${pluralText(read, "row")} (${percentText(dropped / read)}) were dropped. They
      stand beside the version with their reasons.
    </p>`,
    dataTable(
      filters,
      [
        {name: "Filter", heading: true, value: ({filter}) => filter},
        {name: "Dropped", numeric: true, value: ({rows}) => countText(rows)},
        {name: "Of all rows", numeric: true, value: ({rows}) => percentText(rows / read)},
        {
          name: "Kept, undecided",
          numeric: true,
          value: ({undetermined}) => (undetermined === undefined ? "–" : countText(undetermined))
        },
        {name: "Commonest reasons", wide: true, value: reasonsOf},
        {name: "Rule", wide: true, value: ({rule}) => (rule === undefined ? "–" : code(rule))}
      ],
      {
        caption: "Rows dropped by each filter, in the order they are applied",
        made: {
          what: "How many rows each filter dropped, and why.",
          n: pluralText(read, "row"),
          term: "version",
          sql: filtersQuery(version)
        }
      }
    ),
    details(
      "Examples",
      groupedTable(
        filters
          .filter(({examples}) => examples.length > 0)
          .map(({filter, rows, examples}) => ({
            heading: `${filter}: ${examples.length} of ${pluralText(rows, "row")}`,
            rows: examples
          })),
        [
          {name: "Row", heading: true, value: ({id}) => id},
          {name: "Reason", wide: true, value: ({reason}) => reason},
          {name: "Text, masked", wide: true, value: ({excerpt}) => excerpt ?? "not published"}
        ],
        {
          caption: "Examples of dropped rows",
          made: {
            what: "Some of the rows that each filter dropped, with the reason.",
            n: pluralText(dropped, "dropped row"),
            term: "version",
            sql: droppedRowsQuery(version)
          }
        }
      )
    )
  ];
}

function reasonsOf({reasons, reasonCount, rows}: RejectedView): PageContent {
  if (rows === 0) return "–";
  const told = reasons.map(({reason, rows: n}) => `${reason} (${countText(n)})`);
  const more = reasonCount - reasons.length;
  return html`<span
    >${told.map((one) => html`<div>${one}</div>`)}${
      more > 0 ? html`<small>and ${pluralText(more, "other")}</small>` : null
    }</span
  >`;
}

function skippedLines({lines, examples}: SkippedView): PageContent {
  const named = examples.map(
    ({file, line, reason}) => `${file}${line === undefined ? "" : ` line ${line}`}: ${reason}`
  );
  return html`<p>
    ${pluralText(lines, "line")} of the source could not be read and ${lines === 1 ? "was" : "were"} left out:
    ${joinedNames(named)}${lines > examples.length ? ", …" : ""}
  </p>`;
}

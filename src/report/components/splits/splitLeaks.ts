import {html} from "htl";
import type {LeaksView, SplitManifest, SplitsView} from "../../site/types.js";
import {datasetRow} from "../address/rowLink.js";
import {code, type PageContent, details} from "../text/elements.js";
import {countText, pluralText, similarityText} from "../text/format.js";
import {groupedTable} from "../tables/groupedTable.js";
import {splitNaming} from "./leakagePlot.js";
import {leakingRowsQuery} from "./splitQueries.js";

/** Which rows leak: for each split, the test rows with a match in training, beside the training row. */
export function splitLeaksTable(view: SplitsView): PageContent {
  const named = splitNaming(view.splits);
  const listed = view.splits.flatMap((split) => {
    const leaks = view.leaks[split.id];
    return leaks ? [{split, leaks}] : [];
  });
  if (listed.length === 0)
    return html`<p>Not listed here. ${code(`npx assay split ${view.dataset} --leaks`)} lists them.</p>`;
  return [
    listed.map(({split, leaks}) =>
      leaks.rows === 0
        ? html`<p>${named(split)}: no test row leaks by a measure above that lists rows.</p>`
        : details(
            `${named(split)}: ${countText(leaks.rows)} of ${pluralText(split.counts.test ?? 0, "test row")} with a match in training`,
            leakTable(view, {split, leaks, name: named(split)})
          )
    ),
    html`<p class="small">
      A row counts once, by whichever measure it matches. Of these, Verdict counts the same text and
      near-duplicates as not clean. Rows close in meaning are not listed, and no held-out row.
      ${code(`npx assay split ${view.dataset} --leaks`)} lists all.
    </p>`
  ];
}

const rowOfSplit = ({dataset, version}: SplitsView, row: string) =>
  datasetRow({dataset, id: version.id}, row);

function leakTable(
  view: SplitsView,
  {split, leaks: {counts, shown, rows: all}, name}: {split: SplitManifest; leaks: LeaksView; name: string}
): HTMLElement {
  const measures = [...new Set(shown.map(({measure}) => measure))];
  return groupedTable(
    measures.map((measure) => {
      const rows = shown.filter((leak) => leak.measure === measure);
      const known = counts[measure] ?? rows.length;
      return {
        heading: `${measure}: ${pluralText(known, "row")}${known > rows.length ? `, ${countText(rows.length)} shown` : ""}`,
        rows
      };
    }),
    [
      {name: "Test row", heading: true, value: ({row}) => rowOfSplit(view, row)},
      {name: "Training row", value: ({known}) => rowOfSplit(view, known)},
      {name: "Similarity", numeric: true, value: ({similarity}) => similarityText(similarity)},
      {name: "Test text, masked", wide: true, value: ({excerpt}) => excerpt ?? "not published"},
      {name: "Training text, masked", wide: true, value: ({knownExcerpt}) => knownExcerpt ?? "not published"}
    ],
    {
      caption: `Test rows of ${name} with a match in its training part`,
      made: {
        what: `Test rows of ${name} with a match in its training part, beside the training row.`,
        n: `${pluralText(all, "test row")} that leak`,
        term: "leakage",
        sql: leakingRowsQuery(view, split.id)
      }
    }
  );
}

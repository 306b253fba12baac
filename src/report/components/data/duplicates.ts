import {html} from "htl";
import type {
  ConflictView,
  DuplicatesView,
  Measured,
  ConflictsView,
  VersionManifest
} from "../../site/types.js";
import {duplicateCountsQuery, duplicatesQuery, labelConflictsQuery} from "./dataQueries.js";
import {datasetRow} from "../address/rowLink.js";
import {code, type PageContent, details} from "../text/elements.js";
import {countText, pluralText, percentText, similarityText} from "../text/format.js";
import {groupedTable} from "../tables/groupedTable.js";
import {howMade, type Provenance} from "../notes/made.js";
import {tiles} from "../notes/tiles.js";

const AT_ONCE = 4;

/** Clusters of rows that say the same or nearly the same, the largest with their ids. */
export function duplicates(found: Measured<DuplicatesView>, version: VersionManifest): PageContent {
  if (!found.measured) return notMeasured(found.reason, version);
  if (found.clusters === 0)
    return html`<p>No two rows say the same or nearly the same, from a similarity of ${found.threshold}.</p>`;
  const {clusters, rows, sameText, largest, threshold} = found;
  return [
    tiles([
      {label: "Clusters", value: countText(clusters)},
      {label: "Rows in them", value: countText(rows), note: `${percentText(rows / version.rows)} of all`},
      {
        label: "Of one text",
        value: countText(sameText.clusters),
        note: pluralText(sameText.rows, "row")
      },
      {
        label: "Nearly alike",
        value: countText(clusters - sameText.clusters),
        note: pluralText(rows - sameText.rows, "row")
      }
    ]),
    howMade({
      what: "Rows that say the same, or nearly, as some other row.",
      n: pluralText(version.rows, "row"),
      term: "near-duplicate",
      sql: duplicateCountsQuery(version)
    }),
    html`<p class="small">
      Similarity is the share of word 5-grams that two texts have in common (Jaccard), to the row the cluster
      is named for. Two rows are near-duplicates from ${threshold} on; a cluster may also hold rows less alike
      than that, linked by rows between them. Rows that a split holds out are left out.
    </p>`,
    details(
      clusters > largest.length
        ? `The ${largest.length} largest of ${countText(clusters)} clusters`
        : "The clusters",
      groupedTable(
        largest.map(({rows: size, least, greatest, examples}) => ({
          heading: `${pluralText(size, "row")}, similarity ${range(least, greatest)}${size > examples.length ? `, ${examples.length} shown` : ""}`,
          rows: examples
        })),
        [
          {name: "Row", heading: true, value: ({id}) => datasetRow(version, id)},
          {name: "Similarity", numeric: true, value: ({similarity}) => similarityText(similarity)},
          {name: "Text, masked", wide: true, value: ({excerpt}) => excerpt ?? "not published"}
        ],
        {
          caption: "Largest clusters of duplicates",
          made: {
            what: "Rows of the largest clusters, with their similarity to the row that the cluster is named for.",
            n: pluralText(rows, "row"),
            term: "near-duplicate",
            sql: duplicatesQuery(version)
          }
        }
      )
    )
  ];
}

/** Rows with the same or nearly the same text that do not agree on their label. */
export function labelConflictsTable(found: Measured<ConflictsView>, version: VersionManifest): PageContent {
  if (!found.measured) return notMeasured(found.reason, version);
  const made: Provenance = {
    what: "Rows of one text, or nearly, whose labels differ.",
    n: pluralText(found.rows, "row"),
    term: "near-duplicate",
    sql: labelConflictsQuery(version)
  };
  return [
    html`<p>
      ${pluralText(found.rows, "row")} in ${pluralText(found.clusters, "cluster")} say the same or nearly the
      same, and do not agree on their label: either a label is wrong, or the classes overlap.
    </p>`,
    conflictTable(found.shown.slice(0, AT_ONCE), version, {
      caption: "Rows with like texts and unlike labels",
      made
    }),
    found.shown.length > AT_ONCE
      ? details(
          `${found.shown.length - AT_ONCE} more clusters`,
          conflictTable(found.shown.slice(AT_ONCE), version, {
            caption: "More rows with like texts and unlike labels",
            made
          })
        )
      : null,
    found.clusters > found.shown.length
      ? html`<p class="small">
          The ${found.shown.length} clusters with most rows of ${countText(found.clusters)}.
        </p>`
      : null
  ];
}

function conflictTable(
  conflicts: readonly ConflictView[],
  version: VersionManifest,
  {caption, made}: {caption: string; made: Provenance}
): HTMLElement {
  return groupedTable(
    conflicts.map((conflict) => ({heading: conflictHeading(conflict), rows: conflict.examples})),
    [
      {name: "Row", heading: true, value: ({id}) => datasetRow(version, id)},
      {name: "Label", value: ({label}) => label},
      {name: "Similarity", numeric: true, value: ({similarity}) => similarityText(similarity)},
      {name: "Text, masked", wide: true, value: ({excerpt}) => excerpt ?? "not published"}
    ],
    {caption, made}
  );
}

function conflictHeading({kind, rows, labels, examples}: ConflictView): string {
  const counted = labels.slice(0, 4).map(({label, rows: n}) => `${n} ${label}`);
  const what = kind === "same text" ? "with the same text" : "nearly alike";
  const shown = rows > examples.length ? `, ${examples.length} shown` : "";
  return `${pluralText(rows, "row")} ${what}: ${counted.join(", ")}${labels.length > 4 ? ", …" : ""}${shown}`;
}

function notMeasured(reason: string, {dataset}: VersionManifest): PageContent {
  return html`<p>
    Not measured:
    ${reason}.${
      reason.includes("column")
        ? ""
        : html` ${code(`npx assay split ${dataset} --compare`)} measures the newest version.`
    }
  </p>`;
}

function range(least: number, greatest: number): string {
  const [low, high] = [similarityText(least), similarityText(greatest)];
  return low === high ? low : `${low} to ${high}`;
}

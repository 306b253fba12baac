import {html} from "htl";
import type {DatasetView, VersionDetails, VersionDiff, VersionManifest} from "../../site/types.js";
import {dataTable} from "../tables/dataTable.js";
import {badge, type BadgeKind, code, type PageContent, hash} from "../text/elements.js";
import {bytes, countText, joinedNames, pluralText, time} from "../text/format.js";
import {howMade} from "../notes/made.js";
import {changesQuery, driftQuery, versionsQuery} from "./dataQueries.js";
import {tiles} from "../notes/tiles.js";

/** Every version of a dataset, the newest first. */
export function versionsTable({versions, purges}: DatasetView, chosen: VersionManifest): HTMLElement {
  const erased = (version: VersionManifest) => version.purged?.reduce((sum, {rows}) => sum + rows, 0);
  return dataTable(
    [...versions].reverse(),
    [
      {name: "Version", heading: true, value: (version) => hash(version.id)},
      {name: "Pulled (UTC)", value: (version) => time(version.pulledAt)},
      {name: "Rows", numeric: true, value: (version) => countText(version.rows)},
      {name: "Added", numeric: true, value: (version) => countText(version.changes?.added)},
      {name: "Removed", numeric: true, value: (version) => countText(version.changes?.removed)},
      {name: "Changed", numeric: true, value: (version) => countText(version.changes?.changed)},
      {name: "Rejected", numeric: true, value: (version) => countText(version.rejected)},
      ...(purges.length > 0
        ? [
            {
              name: "Erased since",
              numeric: true,
              value: (version: VersionManifest) => countText(erased(version) ?? 0)
            }
          ]
        : []),
      {name: "Size", numeric: true, value: (version) => bytes(version.bytes)}
    ],
    {
      caption: "Versions, the newest first, with what changed since the one before",
      highlight: ({id}) => id === chosen.id,
      made: {
        what: "How many rows each version has, and what changed since the one before.",
        n: pluralText(versions.length, "version"),
        term: "version",
        sql: versionsQuery(chosen.dataset)
      }
    }
  );
}

/** What changed from the version before: rows, columns, and the drift of each column. */
export function versionChanges({diff, drift}: VersionDetails): PageContent {
  if (!diff) return null;
  return [
    html`<p>
      Compared with version ${hash(diff.before.id)} of ${time(diff.before.pulledAt)} UTC,
      ${countText(diff.before.rows)} rows. Rows that a split holds out are left out here.
    </p>`,
    tiles(
      (["added", "removed", "changed"] as const).map((kind) => ({
        label: `Rows ${kind}`,
        value: countText(diff[kind].rows),
        note: sample(diff[kind])
      }))
    ),
    howMade({
      what: "How many rows were added, removed and changed since the version before.",
      n: pluralText(diff.after.rows, "row"),
      term: "version",
      sql: changesQuery({dataset: diff.dataset, id: diff.after.id})
    }),
    changedCells(diff),
    onlyRetyped(diff),
    schemaChanges(diff),
    driftTable(diff, drift)
  ];
}

function sample({rows, sample: ids}: VersionDiff["added"]): PageContent {
  if (ids.length === 0) return null;
  return `${ids.join(", ")}${rows > ids.length ? ", …" : ""}`;
}

function changedCells({changedColumns}: VersionDiff): PageContent {
  if (changedColumns.length === 0) return null;
  const columns = changedColumns.map(({column, rows}) => `${column} in ${pluralText(rows, "row")}`);
  return html`<p>Of the columns that both have, what differs is ${joinedNames(columns)}.</p>`;
}

function onlyRetyped({retyped}: VersionDiff): PageContent {
  return retyped.rows === 0
    ? null
    : html`<p>${pluralText(retyped.rows, "row")} more differ by the type of a column alone.</p>`;
}

function schemaChanges({columns: {added, removed, retyped}}: VersionDiff): PageContent {
  const told = [
    ...added.map(({name, type}) => `${name} (${type.toLowerCase()}) is new`),
    ...removed.map(({name}) => `${name} is gone`),
    ...retyped.map(
      ({name, before, after}) => `${name} was ${before.toLowerCase()} and is now ${after.toLowerCase()}`
    )
  ];
  return told.length > 0 ? html`<p>Columns: ${joinedNames(told)}.</p>` : null;
}

const STATES: Record<string, {text: string; kind: BadgeKind}> = {
  steady: {text: "steady", kind: "good"},
  undecided: {text: "cannot tell", kind: "open"},
  drifted: {text: "drifted", kind: "bad"}
};

function driftTable(
  {drift, dataset, before, after}: VersionDiff,
  verdict: VersionDetails["drift"]
): PageContent {
  if (drift.length === 0) return html`<p>The two versions have no column in common.</p>`;
  const judged = new Map(verdict?.columns.map((column) => [column.column, column]));
  const spread = ({mean, sd, least, most}: VersionDiff["drift"][number]["before"]) =>
    mean !== undefined
      ? `${figure(mean)} ± ${figure(sd)}`
      : least !== undefined
        ? `${short(least)} to ${short(most)}`
        : "–";
  return [
    html`<h3>Drift by column</h3>`,
    dataTable(
      drift,
      [
        {name: "Column", heading: true, value: ({column}) => column},
        {name: "Measured", value: ({kind, by}) => (by === "length" ? `${kind}, its length` : kind)},
        {name: "Before", numeric: true, value: ({before: one}) => spread(one)},
        {name: "After", numeric: true, value: ({after}) => spread(after)},
        {
          name: "Missing",
          numeric: true,
          value: (one) =>
            one.before.missing === one.after.missing
              ? countText(one.after.missing)
              : `${countText(one.before.missing)} → ${countText(one.after.missing)}`
        },
        {name: "PSI", numeric: true, value: ({psi}) => psi?.toFixed(3) ?? "–"},
        {name: "p", numeric: true, value: ({p}) => chance(p)},
        {
          name: "Verdict",
          value: ({column}) => {
            const state = STATES[judged.get(column)?.state ?? ""];
            return state ? badge(state.text, state.kind) : "not judged";
          }
        }
      ],
      {
        caption: "Drift of each column since the version before",
        made: {
          what: "How each column that both versions have moved from one to the other.",
          n: `${pluralText(after.rows, "row")} against ${pluralText(before.rows, "row")}`,
          term: "drift",
          sql: driftQuery({dataset, id: after.id})
        }
      }
    ),
    html`<p class="small">
      Mean ± standard deviation of numbers and of text lengths, in characters. A column has drifted from a
      population stability index (PSI) of 0.25 that chance does not explain (chi-square test, shared among the
      columns). As a monitor: ${code(`npx assay drift ${dataset} --against ${before.id.slice(0, 12)}`)}.
    </p>`
  ];
}

/** A moment as its day. */
const short = (value: unknown) => String(value).replace(/^(\d{4}-\d{2}-\d{2})[ T].*$/, "$1");

const figure = (value: number | undefined) =>
  value === undefined ? "–" : Number(value.toPrecision(4)).toLocaleString("en-US");

/** A p-value: three decimals, and none that reads as never. */
export function chance(p: number | undefined): string {
  if (p === undefined) return "–";
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

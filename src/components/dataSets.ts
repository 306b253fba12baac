import * as Plot from "@observablehq/plot";
import {html} from "htl";
import type {
  DatasetsData,
  DatasetView,
  LedgerSummary,
  Recognition,
  SplitManifest,
  VerdictsData,
  VersionManifest
} from "../site/types.js";
import {chart} from "./chart.js";
import {dataTable} from "./dataTable.js";
import {badge, code, type Content, emptyState, facts, hash, section} from "./elements.js";
import {bytes, count, list, plural, share, time} from "./format.js";
import {type Input, select} from "./inputs.js";
import {responsive} from "./responsive.js";
import {gapPlot} from "./splitGap.js";

/** Lets a reader choose a data set; without one it says how to pull one. */
export function chooseDataset(data: DatasetsData): Input<DatasetView | null> {
  if (data.datasets.length > 0)
    return select(
      data.datasets.map((dataset) => ({label: dataset.name, value: dataset as DatasetView | null})),
      {label: "Data set"}
    );
  const node = emptyState("No data set has been pulled yet.", [
    "Declare one in ",
    code("data-loaders/"),
    " and read it with ",
    code("npx assay pull"),
    "."
  ]);
  return Object.assign(node, {value: null});
}

/** A data set: what it is, its versions, its labels, its splits side by side, and what the random one flatters. */
export function dataSet(dataset: DatasetView | null, verdicts: VerdictsData): Content {
  const newest = dataset?.versions.at(-1);
  if (!dataset || !newest) return null;
  const flattered = verdicts.runs.filter(
    (run) => run.dataset.name === dataset.name && run.splitComparison?.random === run.id
  );
  return html`<div>
    ${section(dataset.name, card(newest))} ${section("Versions", versionTable(dataset.versions))}
    ${section(`Labels of version ${newest.id.slice(0, 12)}`, labelPlot(dataset))}
    ${section("Personal data", ledger(dataset))} ${section("Splits side by side", splitTable(dataset.splits))}
    ${flattered.map((run) =>
      section(
        `What the random split adds to the scores of ${run.title}`,
        html`<p>
          A random split may place related rows in both parts. Above zero, it makes a candidate look better
          than on rows it has nothing to do with.
        </p>`,
        gapPlot(run.splitComparison!)
      )
    )}
  </div>`;
}

function card(version: VersionManifest): HTMLElement {
  const roles = (["text", "label", "group", "time"] as const).flatMap((role) =>
    version[role] ? [`${role}: ${version[role]}`] : []
  );
  return facts([
    ["Description", version.description],
    ["Licence", version.licence ?? "not stated"],
    ["Sensitivity", version.sensitivity ?? "not stated"],
    ["Rows", count(version.rows)],
    ["Columns", version.columns.map(({name, type}) => `${name} (${type.toLowerCase()})`).join(", ")],
    ["Roles", roles.length > 0 ? roles.join(", ") : undefined],
    ["Source", sourceText(version.source)],
    ["Checks", version.checks?.length ? checks(version.checks) : "none declared"]
  ]);
}

function checks(found: NonNullable<VersionManifest["checks"]>): Content {
  return found.map(
    ({name, passed, message}) =>
      html`<div>
        ${badge(passed ? "passed" : "failed", passed ? "good" : "bad")}
        ${name}${message ? `: ${message}` : ""}
      </div>`
  );
}

function sourceText(source: Record<string, unknown>): string {
  return Object.entries(source)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

function versionTable(versions: readonly VersionManifest[]): HTMLElement {
  return dataTable(
    [...versions].reverse(),
    [
      {name: "Version", heading: true, value: (version) => hash(version.id)},
      {name: "Pulled (UTC)", value: (version) => time(version.pulledAt)},
      {name: "Rows", numeric: true, value: (version) => count(version.rows)},
      {name: "Added", numeric: true, value: (version) => count(version.changes?.added)},
      {name: "Removed", numeric: true, value: (version) => count(version.changes?.removed)},
      {name: "Changed", numeric: true, value: (version) => count(version.changes?.changed)},
      {name: "Rejected", numeric: true, value: (version) => count(version.rejected)},
      {name: "Size", numeric: true, value: (version) => bytes(version.bytes)}
    ],
    {caption: "Versions, the newest first, with what changed since the one before"}
  );
}

function labelPlot({labels, versions}: DatasetView): Content {
  if (labels.length === 0) return html`<p>${versions.at(-1)!.dataset} names no label column.</p>`;
  const shown = labels.slice(0, 30);
  const names = Math.max(...shown.map(({label}) => label.length));
  const total = labels.reduce((sum, {rows}) => sum + rows, 0);
  const plot = responsive((width) =>
    chart({
      width,
      height: 50 + shown.length * 26,
      marginLeft: Math.min(width * 0.42, 16 + names * 7.4),
      marginRight: 110,
      marginTop: 4,
      marginBottom: 40,
      ariaLabel: `Rows of each of ${shown.length} labels`,
      x: {label: "rows →", labelAnchor: "center", labelArrow: "none", ticks: width < 560 ? 3 : 6, nice: true},
      y: {label: null, domain: shown.map(({label}) => label), tickSize: 0, tickPadding: 10},
      marks: [
        Plot.gridX({stroke: "var(--line)", strokeOpacity: 1, ticks: width < 560 ? 3 : 6}),
        Plot.barX(shown, {
          y: "label",
          x: "rows",
          fill: "var(--accent)",
          fillOpacity: 0.75,
          insetTop: 4,
          insetBottom: 4,
          rx2: 3
        }),
        Plot.text(shown, {
          y: "label",
          x: "rows",
          textAnchor: "start",
          dx: 6,
          text: ({rows}: {rows: number}) => `${count(rows)} · ${share(rows / total)}`,
          fill: "currentColor"
        })
      ]
    })
  );
  return labels.length > shown.length
    ? [plot, html`<p class="small">${plural(labels.length - shown.length, "rarer label")} not drawn.</p>`]
    : plot;
}

function ledger({name, ledger: summary, recognition}: DatasetView): Content {
  if (!summary)
    return html`<p>
      The newest version has not been scanned for personal data. ${code(`npx assay pii ${name}`)} does.
    </p>`;
  const scan = html`<p class="small">
    Scanned ${time(summary.scannedAt)} UTC: ${list(summary.columns)}, by ${list(summary.layers)}, from a
    certainty of ${summary.minScore}.
    ${summary.redacted ? "What is done was done when it was pulled." : "The version itself is unchanged."}
    Rows with findings that are kept and that nobody accepted are not sent to endpoints outside.
  </p>`;
  if (summary.findings === 0)
    return [html`<p>Nothing was found in ${plural(summary.rows, "row")}.</p>`, scan];
  const counted = (counts: Record<string, number>) =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([name, n]) => `${name} ${count(n)}`)
      .join(", ");
  return [
    html`<p>
      ${plural(summary.findings, "finding")} in ${count(summary.rowsWithFindings)} of
      ${plural(summary.rows, "row")}.
    </p>`,
    dataTable(
      Object.entries(summary.types).sort(([, a], [, b]) => b.findings - a.findings),
      [
        {name: "What", heading: true, value: ([type]) => type},
        {name: "Findings", numeric: true, value: ([, found]) => count(found.findings)},
        {name: "Rows", numeric: true, value: ([, found]) => count(found.rows)},
        {name: "What is done", value: ([, found]) => counted(found.actions)},
        ...(Object.values(summary.types).some(({accepted}) => accepted)
          ? [
              {
                name: "Accepted",
                numeric: true,
                value: ([, found]: Found) => count(found.accepted ?? 0)
              }
            ]
          : []),
        ...(recognition
          ? [
              {
                name: "Precision",
                numeric: true,
                value: ([type]: Found) => rate(recognition.types[type]?.precision)
              },
              {name: "Recall", numeric: true, value: ([type]: Found) => rate(recognition.types[type]?.recall)}
            ]
          : []),
        {name: "Found by", wide: true, value: ([, found]) => counted(found.rules)}
      ],
      {caption: "Personal data found, by kind"}
    ),
    scan,
    measured(recognition)
  ];
}

type Found = [string, LedgerSummary["types"][string]];

const rate = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(2));

function measured(found: Recognition | undefined): Content {
  if (!found)
    return html`<p class="small">
      How many findings are right, and how many were missed, has not been measured on labelled texts.
    </p>`;
  const missed = Object.entries(found.types).filter(
    ([, {truePositives, recall}]) => truePositives === 0 && recall === 0
  );
  return html`<p class="small">
    Precision and recall on ${plural(found.texts, "labelled text")} of ${found.file},
    ${time(found.measuredAt)} UTC.
    ${missed.length > 0 ? `Labelled there and not found: ${list(missed.map(([type]) => type))}.` : ""}
  </p>`;
}

function splitTable(splits: readonly SplitManifest[]): Content {
  if (splits.length === 0)
    return html`<p>This data set has not been split yet. A run makes the split that its eval names.</p>`;
  const parts = ["train", "validation", "test", "sealed"].filter((part) =>
    splits.some((split) => split.counts[part])
  );
  const measure = (split: SplitManifest, name: string) => split.measures[name];
  const leaked = (split: SplitManifest, name: string) => {
    const found = measure(split, name) as {share?: number; rows?: number} | undefined;
    return typeof found?.share === "number" ? `${share(found.share)} (${count(found.rows)})` : "–";
  };
  const number = (split: SplitManifest, name: string) => {
    const found = measure(split, name);
    return typeof found === "number" ? found.toFixed(3) : "–";
  };
  return [
    dataTable(
      splits,
      [
        {name: "Split", heading: true, value: (split) => split.name},
        {name: "Strategy", value: (split) => split.strategy},
        ...parts.map((part) => ({
          name: part,
          numeric: true,
          value: (split: SplitManifest) => count(split.counts[part] ?? 0)
        })),
        {name: "Same text in train", numeric: true, value: (split) => leaked(split, "exactLeakage")},
        {name: "Near-copy in train", numeric: true, value: (split) => leaked(split, "nearLeakage")},
        {name: "13 words in train", numeric: true, value: (split) => leaked(split, "ngramLeakage")},
        {name: "Same group in train", numeric: true, value: (split) => leaked(split, "groupLeakage")},
        {name: "Label PSI", numeric: true, value: (split) => number(split, "labelPsi")},
        {name: "Label JS distance", numeric: true, value: (split) => number(split, "labelJensenShannon")},
        {name: "Seed", value: (split) => split.seed},
        {name: "Id", value: (split) => hash(split.id)}
      ],
      {caption: "Splits of one version side by side"}
    ),
    html`<p class="small">
      Leakage is the share (and number) of test rows: with the same text, a near-copy, 13 words in a row or
      the same group in the training part. PSI and Jensen–Shannon distance compare the labels of test and
      training part: below 0.1 they are alike. ${whichSplit(splits)}
    </p>`
  ];
}

function whichSplit(splits: readonly SplitManifest[]): string {
  const leak = (split: SplitManifest) => (split.measures.groupLeakage as {share?: number} | undefined)?.share;
  const clean = splits.filter((split) => leak(split) === 0).map(({name}) => name);
  return clean.length > 0 && clean.length < splits.length
    ? `Trust ${list(clean)}: no group of its test rows was seen in training.`
    : "";
}

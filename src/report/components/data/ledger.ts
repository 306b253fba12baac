import {html} from "htl";
import type {LedgerRule, LedgerSummary, LedgerView, Recognition} from "../../site/types.js";
import {type GroupedColumn, dataTable} from "../tables/dataTable.js";
import {personalDataQuery, personalDataRulesQuery, type VersionId} from "./dataQueries.js";
import {datasetRow} from "../address/rowLink.js";
import {code, type PageContent, details} from "../text/elements.js";
import {countText, joinedNames, pluralText, time} from "../text/format.js";

type FindingCounts = [string, LedgerSummary["types"][string]];

/** What was found of personal data and secrets in a version, by kind and by rule, and what was done about it. */
export function ledger(
  name: string,
  view: LedgerView | undefined,
  recognition: Recognition | undefined
): PageContent {
  if (!view)
    return html`<p>
      This version has not been scanned for personal data. ${code(`npx assay pii ${name}`)} scans the newest.
    </p>`;
  const {summary, rules, rows, unresolvedRows} = view;
  const version = {dataset: name, id: view.version};
  const scan = html`<p class="small">
    Scanned ${time(summary.scannedAt)} UTC: ${joinedNames(summary.columns)}, by
    ${joinedNames(summary.layers)}, from a certainty of ${summary.minScore}.
    ${summary.redacted ? "What is done was done when it was pulled." : "The version itself is unchanged."}
    Rows with findings that are kept and that nobody accepted are not sent to endpoints outside.
  </p>`;
  if (summary.findings === 0)
    return [html`<p>Nothing was found in ${pluralText(summary.rows, "row")}.</p>`, scan];
  return [
    html`<p>
      ${pluralText(summary.findings, "finding")} in ${countText(summary.rowsWithFindings)} of
      ${pluralText(summary.rows, "row")}; ${countText(unresolvedRows)}
      ${unresolvedRows === 1 ? "row holds" : "rows hold"} unresolved personal data or secrets.
    </p>`,
    dataTable(
      Object.entries(summary.types).sort(([, a], [, b]) => b.findings - a.findings),
      kindColumns(summary, recognition),
      {
        caption: "Personal data found, by kind",
        made: {
          what: "Personal data and secrets found, by kind, and how well each kind is recognised.",
          n: pluralText(summary.rows, "row"),
          term: "version",
          sql: personalDataQuery(version)
        }
      }
    ),
    rows.length > 0 ? details("Rows with findings", rowTable(rows, summary, version)) : null,
    details("By rule", ruleTable(rules, summary.rows, version)),
    scan,
    measured(recognition)
  ];
}

function kindColumns(
  summary: LedgerSummary,
  recognition: Recognition | undefined
): GroupedColumn<FindingCounts>[] {
  const anyAccepted = Object.values(summary.types).some(({accepted}) => accepted);
  return [
    {name: "What", heading: true, value: ([type]) => type},
    {name: "Findings", numeric: true, value: ([, found]) => countText(found.findings)},
    {name: "Rows", numeric: true, value: ([, found]) => countText(found.rows)},
    {name: "What is done", value: ([, found]) => kindCounts(found.actions)},
    ...(anyAccepted
      ? [
          {
            name: "Accepted",
            numeric: true,
            value: ([, found]: FindingCounts) => countText(found.accepted ?? 0)
          }
        ]
      : []),
    ...(recognition
      ? [
          {
            name: "Precision",
            numeric: true,
            value: ([type]: FindingCounts) => rate(recognition.types[type]?.precision)
          },
          {
            name: "Recall",
            numeric: true,
            value: ([type]: FindingCounts) => rate(recognition.types[type]?.recall)
          }
        ]
      : [])
  ];
}

function ruleTable(rules: readonly LedgerRule[], rows: number, version: VersionId): HTMLElement {
  const anyAccepted = rules.some(({accepted}) => accepted > 0);
  return dataTable(
    rules,
    [
      {name: "Rule", heading: true, value: ({rule}) => rule},
      {name: "What", value: ({type}) => type},
      {name: "In", value: ({columns}) => columns.join(", ")},
      {name: "Findings", numeric: true, value: ({findings}) => countText(findings)},
      {name: "Rows", numeric: true, value: ({rows}) => countText(rows)},
      {name: "Least certainty", numeric: true, value: ({score}) => score.toFixed(2)},
      {name: "What is done", value: ({action}) => action},
      ...(anyAccepted
        ? [{name: "Accepted", numeric: true, value: ({accepted}: LedgerRule) => countText(accepted)}]
        : [])
    ],
    {
      caption: "Personal data found, by rule and action",
      made: {
        what: "Personal data and secrets found, by the rule that found them and by what is done about them.",
        n: pluralText(rows, "row"),
        term: "version",
        sql: personalDataRulesQuery(version)
      }
    }
  );
}

function rowTable(rows: LedgerView["rows"], summary: LedgerSummary, version: VersionId): PageContent {
  return [
    dataTable(
      rows,
      [
        {name: "Row", heading: true, value: ({id}) => datasetRow(version, id)},
        {name: "Findings", numeric: true, value: ({findings}) => countText(findings)},
        {name: "What", value: ({types}) => types.join(", ")},
        {name: "In", value: ({columns}) => columns.join(", ")}
      ],
      {
        caption: "Rows with personal data, most findings first",
        made: {
          what: "The rows with most findings, and what was found in them.",
          n: pluralText(summary.rowsWithFindings, "row"),
          term: "version",
          sql: personalDataQuery(version),
          engine: `npx assay pii ${version.dataset} lists every row`
        }
      }
    ),
    html`<p class="small">No row that a split holds out is listed.</p>`
  ];
}

function kindCounts(counts: Record<string, number>): string {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return sorted.length === 1
    ? sorted[0]![0]
    : sorted.map(([name, n]) => `${name} ${countText(n)}`).join(", ");
}

const rate = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(2));

function measured(found: Recognition | undefined): PageContent {
  if (!found)
    return html`<p class="small">
      How many findings are right, and how many were missed, has not been measured on labelled texts.
    </p>`;
  const missed = Object.entries(found.types).filter(
    ([, {truePositives, recall}]) => truePositives === 0 && recall === 0
  );
  return html`<p class="small">
    Precision and recall on ${pluralText(found.texts, "labelled text")} of ${found.file},
    ${time(found.measuredAt)} UTC.
    ${missed.length > 0 ? `Labelled there and not found: ${joinedNames(missed.map(([type]) => type))}.` : ""}
  </p>`;
}

import {
  acceptFindings,
  ensureLedger,
  type Layer,
  ledgerSummary,
  type LedgerSummary,
  measureRecognition,
  type Recognition,
  unscannedColumns
} from "../../data/privacy/index.js";
import {UsageError} from "../../base/validation/index.js";
import {openStore, type Store} from "../../base/store/index.js";
import {namedVersion} from "../project/knownDataset.js";
import {openProject} from "../project/project.js";
import {dim, note, print, printJson, table} from "../terminal/terminal.js";

interface PiiOptions {
  version?: string;
  names?: boolean;
  labels?: string;
  accept?: string;
  reason?: string;
  json?: boolean;
}

/** Scans a version for personal data and secrets and prints what was found, by type. */
export async function piiVerb(name: string, options: PiiOptions): Promise<void> {
  if (options.reason !== undefined && options.accept === undefined)
    throw new UsageError("--reason goes with --accept RULE or --accept ROW");
  const store = await openStore(await openProject());
  try {
    const version = await namedVersion(store, name, options.version);
    const layers: Layer[] = ["patterns", "secrets", ...(options.names ? (["names"] as const) : [])];
    const {scanned, ...found} = await ensureLedger(store, version, {
      layers,
      onWait: note
    });
    const accepted =
      options.accept === undefined
        ? undefined
        : await acceptFindings(store, version, {what: options.accept, reason: options.reason ?? ""});
    const summary = (accepted && (await ledgerSummary(store, version))) ?? found.summary;
    const recognition =
      options.labels === undefined
        ? undefined
        : await measureRecognition(store, version, options.labels, {layers});
    store.refresh();
    const rules = await ruleCounts(store, summary);
    const unscanned = unscannedColumns(version, summary.columns);
    if (options.json) return printJson({scanned, accepted, ledger: summary, unscanned, rules, recognition});
    if (accepted)
      print(
        `accepted ${accepted.findings} findings of ${accepted.kind} ${JSON.stringify(options.accept)} in this version`
      );
    print(ledgerText(summary, rules, scanned));
    if (unscanned.length > 0) print(dim(unscannedText(unscanned)));
    if (recognition) print(`\n${recognitionText(recognition)}`);
  } finally {
    store.close();
  }
}

interface RuleCounts {
  type: string;
  rule: string;
  found: number;
  rows: number;
  score: number;
  actions: string;
  accepted: number;
}

/** A line for each rule, the types with most findings first. A rule's score is its lowest. */
async function ruleCounts(store: Store, {dataset, version}: LedgerSummary): Promise<RuleCounts[]> {
  return store.rows<RuleCounts>(
    `select type, rule, count(*)::int as found, count(distinct row_id)::int as rows, min(score)::double as score,
            string_agg(distinct action, ', ' order by action) as actions, count(accepted)::int as accepted
     from ledger where dataset = $dataset and version = $version group by type, rule
     order by sum(count(*)) over (partition by type) desc, type, found desc, rule`,
    {dataset, version}
  );
}

function ledgerText(summary: LedgerSummary, rules: readonly RuleCounts[], scanned: boolean): string {
  const {dataset, version, rows, findings, rowsWithFindings} = summary;
  const head = `${dataset}@${version}: ${findings} findings in ${rowsWithFindings} of ${rows} rows`;
  const how = dim(
    `${scanned ? "scanned now" : `scanned ${summary.scannedAt.slice(0, 16).replace("T", " ")}`}: ${summary.columns.join(", ")}; ${summary.layers.join(", ")}; from a score of ${summary.minScore}${summary.redacted ? "; redacted when pulled" : ""}`
  );
  if (findings === 0) return `${head}\n${how}`;
  return [
    head,
    table(rules, [
      {title: "type", value: ({type}) => type},
      {title: "rule", text: "name", value: ({rule}) => rule},
      {title: "score", align: "right", value: ({score}) => score.toFixed(2)},
      {title: "found", align: "right", value: ({found}) => found},
      {title: "rows", align: "right", value: (counts) => counts.rows},
      {title: "action", text: "prose", value: ({actions}) => actions},
      {title: "accepted", align: "right", value: ({accepted}) => accepted}
    ]),
    how
  ].join("\n");
}

function unscannedText(unscanned: ReturnType<typeof unscannedColumns>): string {
  const named = unscanned.map(({column, type, reason}) => `${column} (${type}: ${reason})`);
  return `not scanned: ${named.join(", ")}`;
}

function recognitionText({file, texts, wrongAnnotations, iou, types}: Recognition): string {
  const rate = (value: number | undefined) => value?.toFixed(2);
  return [
    `against ${texts} labelled texts of ${file} (a span counts as found from an overlap of ${iou})${wrongAnnotations > 0 ? `; ${wrongAnnotations} annotations point at other words than they state and are left out` : ""}`,
    table(Object.entries(types), [
      {title: "type", value: ([type]) => type},
      {title: "labelled", align: "right", value: ([, one]) => one.truePositives + one.falseNegatives},
      {title: "found", align: "right", value: ([, one]) => one.truePositives},
      {title: "wrong", align: "right", value: ([, one]) => one.falsePositives},
      {title: "precision", align: "right", value: ([, one]) => rate(one.precision)},
      {title: "recall", align: "right", value: ([, one]) => rate(one.recall)}
    ])
  ].join("\n");
}

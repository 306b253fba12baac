import {join} from "node:path";
import {
  readJson,
  sqlName,
  sqlString,
  type Store,
  UserError,
  type VersionManifest,
  writeJsonAtomic,
  writeParquetRows
} from "../store/index.js";
import {type GatedFinding} from "./gate.js";
import {
  LEDGER,
  LedgerCounts,
  type LedgerEntry,
  type LedgerOptions,
  type LedgerSummary,
  scanRow
} from "./ledger.js";
import {defaultMinScore} from "./scanText.js";

const FILE = "ledger.parquet";
const SUMMARY = "ledger.json";

export interface ScanVersionOptions extends LedgerOptions {
  /** Columns to scan; every text column unless told. */
  columns?: readonly string[];
  now?: () => Date;
}

/**
 * Scans a version of a data set and keeps its ledger beside it, replacing an older one. The version itself is
 * immutable: the policy's actions are what the ledger says will be done when rows leave.
 */
export async function scanVersion(
  store: Store,
  version: VersionManifest,
  {columns = textColumns(version), now = () => new Date(), ...options}: ScanVersionOptions = {}
): Promise<LedgerSummary> {
  const known = new Set(version.columns.map(({name}) => name));
  const unknown = columns.filter((column) => !known.has(column));
  if (unknown.length > 0)
    throw new UserError(
      `Data set ${version.dataset} has no column ${unknown.join(", ")}. Its columns are ${[...known].join(", ")}.`
    );
  const scan = {
    ...options,
    layers: options.layers ?? ["patterns", "secrets"],
    minScore: options.minScore ?? defaultMinScore
  };
  const folder = store.workspace.datasetDir(version.dataset, version.id);
  const counts = new LedgerCounts();
  const query = `select row_id, ${columns.map(sqlName).join(", ")} from ${sqlName(`${version.dataset}@${version.id}`)}`;
  async function* entries(): AsyncGenerator<LedgerEntry> {
    if (columns.length === 0) return;
    for await (const batch of store.batches<{row_id: string}>(query))
      for (const row of batch) {
        const scanned = scanRow(row.row_id, row, columns, scan);
        counts.add(scanned.entries);
        yield* scanned.entries;
      }
  }
  await writeParquetRows(store, join(folder, FILE), LEDGER, entries());
  const summary = counts.summary(version.dataset, version.id, columns, scan, now());
  await writeJsonAtomic(join(folder, SUMMARY), summary);
  return summary;
}

function textColumns(version: VersionManifest): string[] {
  return version.columns.filter(({type}) => type.toUpperCase() === "VARCHAR").map(({name}) => name);
}

/** The counts of a version's ledger, or undefined when it was never scanned. */
export async function ledgerSummary(
  store: Store,
  version: VersionManifest
): Promise<LedgerSummary | undefined> {
  return readJson<LedgerSummary>(join(store.workspace.datasetDir(version.dataset, version.id), SUMMARY));
}

/**
 * A version's findings by row id, as the gate takes them: clean rows have an empty list. Empty when the version
 * was never scanned, which the gate refuses.
 */
export async function versionFindings(
  store: Store,
  version: VersionManifest
): Promise<Map<string, readonly GatedFinding[]>> {
  const findings = new Map<string, GatedFinding[]>();
  if (!(await ledgerSummary(store, version))) return findings;
  const rows = `select row_id from ${sqlName(`${version.dataset}@${version.id}`)}`;
  for await (const batch of store.batches<{row_id: string}>(rows))
    for (const {row_id} of batch) findings.set(row_id, []);
  const file = join(store.workspace.datasetDir(version.dataset, version.id), FILE);
  for await (const batch of store.batches<LedgerEntry>(`select * from read_parquet(${sqlString(file)})`))
    for (const {row_id, type, rule, score, column, action, accepted} of batch)
      findings.get(row_id)?.push({type, rule, score, column, action, ...(accepted ? {accepted} : {})});
  return findings;
}

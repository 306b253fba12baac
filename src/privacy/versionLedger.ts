import {existsSync} from "node:fs";
import {join} from "node:path";
import {versionFile} from "../datasets/index.js";
import {
  LEDGER,
  readJson,
  ROW_COLUMNS,
  sqlName,
  sqlString,
  type Store,
  UserError,
  type VersionManifest,
  type Workspace,
  writeJsonAtomic,
  writeParquetRows
} from "../store/index.js";
import {acceptances, acceptedReason} from "./acceptances.js";
import {type Layer} from "./finding.js";
import {type GatedFinding} from "./gate.js";
import {LedgerCounts, type LedgerEntry, type LedgerOptions, type LedgerSummary, scanRow} from "./ledger.js";
import {defaultMinScore} from "./scanText.js";

const SUMMARY = "ledger.json";
export const defaultLayers: readonly Layer[] = ["patterns", "secrets"];

export interface ScanVersionOptions extends LedgerOptions {
  /** Columns to scan; unless told, every column that holds text, also within lists and structures. */
  columns?: readonly string[];
  now?: () => Date;
}

/** Path of a version's ledger. */
export function ledgerFile(workspace: Workspace, version: VersionManifest): string {
  return join(workspace.datasetDir(version.dataset, version.id), "ledger.parquet");
}

/**
 * Scans a version of a data set, sealed rows included, and keeps its ledger beside it, replacing an older one. The
 * version itself is immutable: the policy's actions are what the ledger says will be done when rows leave. What a
 * pull did about findings stays in the ledger, and what a person accepted is marked.
 */
export async function scanVersion(
  store: Store,
  version: VersionManifest,
  {columns = textColumns(version), now = () => new Date(), ...options}: ScanVersionOptions = {}
): Promise<LedgerSummary> {
  const types = new Map(version.columns.map(({name, type}) => [name, type]));
  const unknown = columns.filter((column) => !types.has(column));
  if (unknown.length > 0)
    throw new UserError(
      `Data set ${version.dataset} has no column ${unknown.join(", ")}. Its columns are ${[...types.keys()].join(", ")}.`
    );
  const scan = {
    ...options,
    layers: options.layers ?? defaultLayers,
    minScore: options.minScore ?? defaultMinScore
  };
  const before = await ledgerSummary(store, version);
  const done = before?.redacted ? await redactedEntries(store, version) : new Map<string, LedgerEntry[]>();
  const reasonOf = acceptedReason(await acceptances(store, version.dataset));
  const counts = new LedgerCounts();
  const cells = columns.map((column) =>
    isText(types.get(column)!)
      ? sqlName(column)
      : `to_json(${sqlName(column)})::varchar as ${sqlName(column)}`
  );
  const query = `select ${["row_id", "row_hash", ...cells].join(", ")} from ${rowsOf(store, version)}`;
  async function* entries(): AsyncGenerator<LedgerEntry> {
    for await (const batch of store.batches<{row_id: string; row_hash: string}>(query))
      for (const row of batch) {
        const scanned = scanRow(row.row_id, row, columns, scan).entries;
        for (const entry of scanned) {
          const reason = reasonOf(entry, row.row_hash);
          if (reason !== undefined) entry.accepted = reason;
        }
        const found = [...(done.get(row.row_id) ?? []), ...scanned];
        counts.add(found);
        yield* found;
      }
  }
  await writeParquetRows(store, ledgerFile(store.workspace, version), LEDGER, entries());
  const summary = counts.summary(version.dataset, version.id, columns, scan, now());
  if (before?.redacted) Object.assign(summary, {redacted: true, policy: before.policy});
  if (before?.redacted && before.keyCheck) summary.keyCheck = before.keyCheck;
  await writeSummary(store, version, summary);
  return summary;
}

/** Columns that hold text, also within lists and structures: those are scanned as their JSON. */
export function textColumns(version: Pick<VersionManifest, "columns">): string[] {
  return version.columns
    .filter(({name, type}) => !(name in ROW_COLUMNS) && /VARCHAR|JSON/i.test(type))
    .map(({name}) => name);
}

const isText = (type: string) => /^VARCHAR$/i.test(type);

/** The counts of a version's ledger, or undefined when it was never scanned. */
export async function ledgerSummary(
  store: Store,
  version: VersionManifest
): Promise<LedgerSummary | undefined> {
  if (!existsSync(ledgerFile(store.workspace, version))) return undefined;
  return readJson<LedgerSummary>(summaryFile(store, version));
}

/** The summary is written last: it says that the ledger beside it is whole. */
export async function writeSummary(
  store: Store,
  version: VersionManifest,
  summary: LedgerSummary
): Promise<void> {
  await writeJsonAtomic(summaryFile(store, version), summary);
}

const summaryFile = (store: Store, version: VersionManifest) =>
  join(store.workspace.datasetDir(version.dataset, version.id), SUMMARY);

const rowsOf = (store: Store, version: VersionManifest) =>
  `read_parquet(${sqlString(versionFile(store.workspace, version))})`;

/**
 * The entries of a version's ledger with what is accepted now. Where the rows hold the words still, an action of
 * the ledger is only a plan: `whatWasDone` gives `keep` in its place.
 */
export async function* ledgerEntries(
  store: Store,
  version: VersionManifest,
  {whatWasDone = false}: {whatWasDone?: boolean} = {}
): AsyncGenerator<LedgerEntry> {
  const summary = await ledgerSummary(store, version);
  if (!summary) return;
  const reasonOf = acceptedReason(await acceptances(store, version.dataset));
  const ledger = `read_parquet(${sqlString(ledgerFile(store.workspace, version))})`;
  const query = `select l.*, r.row_hash from ${ledger} l join (select row_id, row_hash from ${rowsOf(store, version)}) r using (row_id)`;
  for await (const batch of store.batches<LedgerEntry & {row_hash: string}>(query))
    for (const {row_hash, ...entry} of batch) {
      const reason = reasonOf(entry, row_hash);
      if (reason === undefined) delete entry.accepted;
      else entry.accepted = reason;
      if (whatWasDone && !summary.redacted) entry.action = "keep";
      yield entry;
    }
}

async function redactedEntries(store: Store, version: VersionManifest): Promise<Map<string, LedgerEntry[]>> {
  const found = new Map<string, LedgerEntry[]>();
  for await (const entry of ledgerEntries(store, version))
    if (entry.action !== "keep") found.set(entry.row_id, [...(found.get(entry.row_id) ?? []), entry]);
  return found;
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
  const rows = `select row_id from ${rowsOf(store, version)}`;
  for await (const batch of store.batches<{row_id: string}>(rows))
    for (const {row_id} of batch) findings.set(row_id, []);
  for await (const {row_id, ...entry} of ledgerEntries(store, version))
    findings.get(row_id)?.push(gatedFinding(entry));
  return findings;
}

/** What the gate needs to know of an entry. */
export function gatedFinding({
  type,
  rule,
  score,
  column,
  action,
  accepted
}: Omit<LedgerEntry, "row_id">): GatedFinding {
  return {type, rule, score, column, action, ...(accepted ? {accepted} : {})};
}

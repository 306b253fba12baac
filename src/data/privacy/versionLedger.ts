import {cellText, isText, LEDGER_FORM, rulesIn} from "../datasets/index.js";
import {anyObject, byName, listOf, number, text} from "../../base/validation/checked.js";
import {type FileForm, having} from "../../base/validation/fileForm.js";
import {UserError} from "../../base/validation/index.js";
import {
  getJson,
  putJson,
  ROW_COLUMNS,
  type Store,
  versionKey,
  type VersionManifest,
  versionRows,
  versionTable
} from "../../base/store/index.js";
import {acceptances, acceptedReason} from "./acceptances.js";
import {type RowOfAnswer, askedDecisions} from "./askedDecisions.js";
import type {Layer} from "./finding.js";
import type {CheckedFinding} from "./privacyCheck.js";
import {LedgerCounts, type LedgerEntry, type LedgerOptions, type LedgerSummary} from "./ledger.js";
import {LEDGER_FILE, LEDGER_SUMMARY, writeLedgerLines} from "./ledgerFiles.js";
import type {LedgerRow} from "./ledgerLines.js";
import {recounted} from "./recount.js";
import {isScanned, whyNotScanned} from "./scannedTypes.js";
import {defaultMinScore} from "./scanText.js";
import {inThreads} from "./scanThreads.js";

export const defaultLayers: readonly Layer[] = ["patterns", "secrets"];

export interface ScanVersionOptions extends Omit<LedgerOptions, "nested"> {
  /** Columns to scan; unless told, every column with text or numbers of seven digits, also within lists and structures. */
  columns?: readonly string[];
  /** Threads that scan; as many as there are processors unless told, four at most. The ledger is the same. */
  threads?: number;
  now?: () => Date;
}

/**
 * Scans a version of a dataset, held-out rows included, and keeps its ledger beside it, replacing an older one. The
 * version itself is immutable: the policy's actions are what the ledger says will be done when rows leave. What a
 * pull did about findings stays in the ledger, and what a person accepted is marked.
 */
export async function scanVersion(
  store: Store,
  version: VersionManifest,
  {columns = scannedColumns(version), threads, now = () => new Date(), ...options}: ScanVersionOptions = {}
): Promise<LedgerSummary> {
  const types = new Map(version.columns.map(({name, type}) => [name, type]));
  const unknown = columns.filter((column) => !types.has(column));
  if (unknown.length > 0)
    throw new UserError(
      `Dataset ${version.dataset} has no column ${unknown.join(", ")}. Its columns are ${[...types.keys()].join(", ")}.`
    );
  const scan = {
    ...options,
    columns,
    nested: columns.filter((name) => !isText({name, type: types.get(name)!})),
    layers: options.layers ?? defaultLayers,
    minScore: options.minScore ?? defaultMinScore
  };
  const before = await ledgerSummary(store, version);
  const done = before?.redacted ? await redactedEntries(store, version) : new Map<string, LedgerEntry[]>();
  const accepted = await acceptances(store, version.dataset);
  const counts = new LedgerCounts();
  const cells = columns.map((name, index) => `${cellText({name, type: types.get(name)!})} as c${index}`);
  const query = `select ${["row_id", "row_hash", ...cells].join(", ")} from ${await versionRows(store.workspace, version)}`;
  async function* rows(): AsyncGenerator<LedgerRow[]> {
    for await (const batch of store.batches<Record<string, string | null>>(query))
      yield batch.map((row) => {
        const id = row.row_id!;
        const known = done.get(id);
        const found = columns.map((_, index) => row[`c${index}`]!);
        return {id, hash: row.row_hash!, cells: found, known};
      });
  }
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const portion of inThreads("ledger", rows(), {...scan, accepted}, threads)) {
      counts.merge(portion.counts);
      yield portion.lines;
    }
  }
  await store.workspace.place.putFile(versionKey(version, LEDGER_FILE), (path) =>
    writeLedgerLines(store, path, lines())
  );
  const summary = counts.summary(version.dataset, version.id, columns, scan, now());
  if (before?.redacted)
    Object.assign(summary, {
      redacted: true,
      redaction: before.redaction,
      rules: rulesIn(before) ?? undefined,
      policy: before.policy
    });
  if (before?.redacted && before.keyCheck) summary.keyCheck = before.keyCheck;
  await writeSummary(store, version, summary);
  return summary;
}

/** Columns that may hold personal data, also within lists and structures: those and numbers are scanned as their JSON. */
export function scannedColumns(version: Pick<VersionManifest, "columns">): string[] {
  return ownColumns(version)
    .filter(({type}) => isScanned(type))
    .map(({name}) => name);
}

/** A version's columns that are not among the scanned ones, and what they hold instead. */
export function unscannedColumns(
  version: Pick<VersionManifest, "columns">,
  scanned: readonly string[]
): {column: string; type: string; reason: string}[] {
  return ownColumns(version)
    .filter(({name}) => !scanned.includes(name))
    .map(({name, type}) => ({
      column: name,
      type,
      reason: isScanned(type) ? "not asked for" : whyNotScanned(type)
    }));
}

const ownColumns = ({columns}: Pick<VersionManifest, "columns">) =>
  columns.filter(({name}) => !Object.hasOwn(ROW_COLUMNS, name));

const SUMMARY: FileForm<LedgerSummary> = {
  schema: having({
    rows: number(),
    findings: number(),
    rowsWithFindings: number(),
    types: byName(anyObject(), "findings by type"),
    columns: listOf(text()),
    layers: listOf(text())
  }),
  wayOut: LEDGER_FORM.wayOut
};

/** The counts of a version's ledger as it is now, or undefined when it was never scanned. */
export async function ledgerSummary(
  store: Store,
  version: VersionManifest
): Promise<LedgerSummary | undefined> {
  if (!(await store.workspace.place.has(versionKey(version, LEDGER_FILE)))) return undefined;
  const summary = await getJson(store.workspace, versionKey(version, LEDGER_SUMMARY), SUMMARY);
  return summary && summary.rows !== version.rows ? recounted(store, version, summary) : summary;
}

/** The summary is written last: it says that the ledger beside it is whole. */
export async function writeSummary(
  store: Store,
  version: VersionManifest,
  summary: LedgerSummary
): Promise<void> {
  await putJson(store.workspace, versionKey(version, LEDGER_SUMMARY), summary);
}

/**
 * The entries of a version's ledger with what is accepted now, of answers also what is accepted in the dataset that they are to. Where
 * the rows hold the words still, an action of the ledger is only a plan: `whatWasDone` gives `keep` in its place.
 * @param newOnly of answers only what is found in their own words
 */
export async function* ledgerEntries(
  store: Store,
  version: VersionManifest,
  {whatWasDone = false, newOnly = false}: {whatWasDone?: boolean; newOnly?: boolean} = {}
): AsyncGenerator<LedgerEntry> {
  const summary = await ledgerSummary(store, version);
  if (!summary) return;
  const reasonOf = acceptedReason(await acceptances(store, version.dataset));
  const decided = await askedDecisions(store, version);
  const ledger = (await versionTable(store.workspace, version, LEDGER_FILE))!;
  const {asked, last} = decided?.columns ?? {asked: "null", last: "null"};
  const query = `select l.*, r.row_hash, {asked: r.asked, last: r.last} as answer_row from ${ledger} l
    join (select row_id, row_hash, ${asked} as asked, ${last} as last from ${await versionRows(store.workspace, version)}) r using (row_id)`;
  for await (const batch of store.batches<LedgerEntry & {row_hash: string; answer_row: RowOfAnswer}>(query))
    for (const {row_hash, answer_row, ...entry} of batch) {
      if (newOnly && decided?.isNew(entry, answer_row) === false) continue;
      const reason = reasonOf(entry, row_hash) ?? decided?.reason(entry, answer_row);
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
 * A version's findings by row id, as the privacy check takes them: clean rows have an empty list. Empty when the version
 * was never scanned, which the privacy check refuses.
 */
export async function versionFindings(
  store: Store,
  version: VersionManifest
): Promise<Map<string, readonly CheckedFinding[]>> {
  const findings = new Map<string, CheckedFinding[]>();
  if (!(await ledgerSummary(store, version))) return findings;
  const rows = `select row_id from ${await versionRows(store.workspace, version)}`;
  for await (const batch of store.batches<{row_id: string}>(rows))
    for (const {row_id} of batch) findings.set(row_id, []);
  for await (const {row_id, ...entry} of ledgerEntries(store, version))
    findings.get(row_id)?.push(checkedFinding(entry));
  return findings;
}

/** What the privacy check needs to know of an entry. */
export function checkedFinding({
  type,
  rule,
  score,
  column,
  action,
  accepted
}: Omit<LedgerEntry, "row_id">): CheckedFinding {
  return {type, rule, score, column, action, accepted: accepted || undefined};
}

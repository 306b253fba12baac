import {join} from "node:path";
import {
  type CellRow,
  type StoredColumn,
  type DatasetDefinition,
  type FormerRedactor,
  isText,
  type RedactedRow,
  type Redactor,
  shownType
} from "../datasets/index.js";
import {UserError} from "../../base/validation/index.js";
import {hashJson, writeJsonAtomic} from "../../base/system/index.js";
import type {Database, RedactionRules} from "../../base/store/index.js";
import {acceptedReason} from "./acceptances.js";
import {LedgerCounts, type LedgerEntry} from "./ledger.js";
import {LEDGER_FILE, LEDGER_SUMMARY, writeLedgerRows} from "./ledgerFiles.js";
import {privacyRules, type PrivacyRules} from "./privacyRules.js";
import {keyCheck, PSEUDONYM_KEY_VARIABLE, pseudonymKey} from "./pseudonymKey.js";
import {recognizersVersion} from "./recognizers/index.js";
import {redact} from "./redact.js";
import type {RowCells} from "./rowCells.js";
import {isScanned, whyNotScanned} from "./scannedTypes.js";
import {scanText} from "./scanText.js";
import {inThreads} from "./scanThreads.js";

export interface PullRedactorOptions {
  /** Where the key of pseudonyms is taken from; this process's environment unless told. */
  env?: Record<string, string | undefined>;
  /** Threads that scan; as many as there are processors unless told, four at most. */
  threads?: number;
  now?: () => Date;
}

/**
 * What a pull of the dataset does about personal data; undefined when its definition has no `privacy`. Throws
 * UserError with everything that is wrong with the rules, a missing key among it, before anything is read.
 */
export function pullRedactor(
  definition: Pick<DatasetDefinition, "name" | "privacy">,
  options: PullRedactorOptions = {}
): Redactor | undefined {
  if (definition.privacy === undefined) return undefined;
  const rules = privacyRules(definition.name, definition.privacy, options.env ?? process.env);
  return redactorOf(definition.name, rules, options);
}

/** What a pull is given to deal with personal data: `pullRedactor`, and what makes one of rules that were in force before. */
export function pullRedaction(
  definition: Pick<DatasetDefinition, "name" | "privacy">,
  options: PullRedactorOptions = {}
): {redactor: Redactor | undefined; formerRedactor: (rules: RedactionRules) => FormerRedactor} {
  return {
    redactor: pullRedactor(definition, options),
    formerRedactor: (rules) => formerRedactor(definition, rules, options)
  };
}

function formerRedactor(
  {name, privacy}: Pick<DatasetDefinition, "name" | "privacy">,
  {actions, columns, layers, minScore, recognizers, keyCheck: check}: RedactionRules,
  options: PullRedactorOptions
): FormerRedactor {
  const key = keyAt(options.env ?? process.env, privacy?.keyVariable);
  const hasKey = check === undefined || (key !== undefined && keyCheck(key) === check);
  const rules: PrivacyRules = {
    columns,
    // Pseudonyms of another key are not looked at, and have to be made with some.
    policy: {...(actions as PrivacyRules["policy"]), key: hasKey && key ? key : new Uint8Array(16)},
    layers: layers as PrivacyRules["layers"],
    minScore
  };
  const redactor = redactorOf(name, rules, options);
  return {redactor, hasKey, hasRecognizers: recognizers === recognizersVersion()};
}

function redactorOf(
  dataset: string,
  rules: PrivacyRules,
  {threads, now = () => new Date()}: PullRedactorOptions
): Redactor {
  const {policy, layers, minScore} = rules;
  const fingerprint = fingerprintOf(rules);
  const stated = statedRules(rules);
  return {
    fingerprint,
    rules: stated,
    columnsOf: (columns, strict) => lookedAt(dataset, rules, columns, strict),
    async *redact(rows, columns): AsyncGenerator<RedactedRow> {
      const settings = {
        columns: columns.map(({name}) => name),
        nested: columns.filter((column) => !isText(column)).map(({name}) => name),
        layers,
        minScore,
        policy
      };
      for await (const scanned of inThreads("cells", asRowCells(rows), settings, threads))
        for (const {id, entries, cells} of scanned)
          if (entries.length > 0) yield {row: Number(id), findings: entries, cells};
    },
    text: (message) => redact(message, scanText(message)),
    async writeLedger(db, folder, version, from) {
      const counts = await writeEntries(db, folder, from);
      const looked = lookedAt(dataset, rules, version.columns, false).map(({name}) => name);
      counts.rows = version.rows;
      const summary = counts.summary(version.dataset, version.id, looked, {policy, layers, minScore}, now());
      await writeJsonAtomic(join(folder, LEDGER_SUMMARY), {
        ...summary,
        redacted: true,
        redaction: fingerprint,
        rules: stated
      });
    }
  };
}

async function* asRowCells(rows: AsyncIterable<readonly CellRow[]>): AsyncGenerator<RowCells[]> {
  for await (const batch of rows) yield batch.map(({row, cells}) => ({id: String(row), cells}));
}

function fingerprintOf({policy, columns, layers, minScore}: PrivacyRules): string {
  const {key, ...actions} = policy;
  return hashJson({
    recognizersVersion: recognizersVersion(),
    actions,
    columns: columns ?? null,
    layers,
    minScore,
    key: key ? keyCheck(key) : null
  });
}

function statedRules({policy, columns, layers, minScore}: PrivacyRules): RedactionRules {
  const {key, ...actions} = policy;
  return {
    columns: columns && [...columns],
    actions,
    layers: [...layers],
    minScore,
    recognizers: recognizersVersion(),
    keyCheck: key ? keyCheck(key) : undefined
  };
}

/** The key in the environment, if it is one. */
function keyAt(env: Record<string, string | undefined>, variable = PSEUDONYM_KEY_VARIABLE) {
  try {
    const key = pseudonymKey(env, variable);
    return key && new Uint8Array(key);
  } catch {
    return undefined;
  }
}

function lookedAt(
  dataset: string,
  {columns: named}: PrivacyRules,
  columns: readonly StoredColumn[],
  strict: boolean
): StoredColumn[] {
  const looked = columns.filter(({type}) => isScanned(type));
  if (!named) return looked.filter(({name}) => name !== "row_id" && name !== "row_hash");
  const problems = named.flatMap((name) => {
    const column = columns.find((one) => one.name === name);
    if (!column)
      return `there is no column "${name}"; there are ${columns.map((one) => one.name).join(", ")}`;
    return isScanned(column.type)
      ? []
      : `column "${name}" is ${shownType(column)} (${whyNotScanned(column.type)}) and not looked at; cast it in \`sql\` (${name}::varchar)`;
  });
  if (strict && problems.length > 0)
    throw new UserError(`dataset ${dataset}: privacy.columns: ${problems.join("; ")}. No version was made.`);
  return looked.filter(({name}) => named.includes(name));
}

async function writeEntries(
  db: Database,
  folder: string,
  {found, accepted}: Parameters<Redactor["writeLedger"]>[3]
): Promise<LedgerCounts> {
  const reasonOf = acceptedReason(accepted);
  const counts = new LedgerCounts();
  async function* entries(): AsyncGenerator<LedgerEntry> {
    for await (const {row_id, row_hash, findings} of found) {
      const own = (findings as LedgerEntry[]).map((finding) => {
        const entry: LedgerEntry = {...finding, row_id};
        delete entry.accepted;
        const reason = reasonOf(entry, row_hash);
        return reason === undefined ? entry : {...entry, accepted: reason};
      });
      counts.add(own);
      yield* own;
    }
  }
  await writeLedgerRows(db, join(folder, LEDGER_FILE), entries());
  return counts;
}

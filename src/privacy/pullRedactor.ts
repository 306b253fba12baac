import {join} from "node:path";
import {
  type CellRow,
  type Column,
  type DatasetDefinition,
  isText,
  type RedactedRow,
  type Redactor,
  shownType
} from "../datasets/index.js";
import {type Database, hashJson, UserError, writeJsonAtomic} from "../store/index.js";
import {acceptedReason} from "./acceptances.js";
import {LedgerCounts, type LedgerEntry} from "./ledger.js";
import {LEDGER_FILE, LEDGER_SUMMARY, writeLedgerRows} from "./ledgerFiles.js";
import {privacyRules, type PrivacyRules} from "./privacyRules.js";
import {keyCheck} from "./pseudonymKey.js";
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
  {env = process.env, threads, now = () => new Date()}: PullRedactorOptions = {}
): Redactor | undefined {
  if (definition.privacy === undefined) return undefined;
  const rules = privacyRules(definition.name, definition.privacy, env);
  const {policy, layers, minScore} = rules;
  const fingerprint = fingerprintOf(rules);
  return {
    fingerprint,
    columnsOf: (columns, strict) => lookedAt(definition.name, rules, columns, strict),
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
      const looked = lookedAt(definition.name, rules, version.columns, false).map(({name}) => name);
      counts.rows = version.rows;
      const summary = counts.summary(version.dataset, version.id, looked, {policy, layers, minScore}, now());
      await writeJsonAtomic(join(folder, LEDGER_SUMMARY), {
        ...summary,
        redacted: true,
        redaction: fingerprint
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

function lookedAt(
  dataset: string,
  {columns: named}: PrivacyRules,
  columns: readonly Column[],
  strict: boolean
): Column[] {
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

import {type AnswersRecord, carriedName, cellText} from "../datasets/index.js";
import {
  hasRows,
  readVersion,
  type Store,
  sqlName,
  sqlString,
  type VersionManifest,
  versionRows
} from "../../base/store/index.js";
import {acceptances} from "./acceptances.js";
import {jsonTexts} from "./jsonTexts.js";
import type {LedgerEntry} from "./ledger.js";

/** Of a row of answers: the row that was asked about, and the place of the answer in its messages. */
export interface RowOfAnswer {
  asked: string | null;
  last: number | null;
}

/** What was decided about the dataset that a version's answers are to. */
export interface AskedDecisions {
  /** SQL of an RowOfAnswer's members in the version's rows. */
  columns: Record<keyof RowOfAnswer, string>;
  /** Whether a finding is in words of the answer: those are new, and nothing was decided about them. */
  isNew(entry: LedgerEntry, row: RowOfAnswer): boolean;
  /** Why a finding in words of the dataset may stay; undefined where nobody accepted it there. */
  reason(entry: LedgerEntry, row: RowOfAnswer): string | undefined;
}

/** The dataset whose rows a version's answers are to; undefined where its rows are no answers. */
export function askedDataset({source}: Pick<VersionManifest, "source">): string | undefined {
  return runsOf(source)[0]?.dataset;
}

function runsOf(source: VersionManifest["source"]): AnswersRecord["runs"] {
  const record = source as unknown as Partial<AnswersRecord> | undefined;
  return record?.kind === "answers" && Array.isArray(record.runs) ? record.runs : [];
}

/**
 * What was decided about the dataset that answers are to, for their prompts and the columns beside them: a rule that is accepted there,
 * and a row, as long as it is the same and the words are its own. Undefined where a version's rows are no answers.
 */
export async function askedDecisions(
  store: Store,
  version: VersionManifest
): Promise<AskedDecisions | undefined> {
  const dataset = askedDataset(version);
  if (dataset === undefined) return undefined;
  const asked = await versionsAsked(store, version);
  const accepted = await acceptances(store, dataset);
  const rules = new Map(accepted.flatMap(({rule, reason}) => (rule === undefined ? [] : [[rule, reason]])));
  const rows = await acceptedRows(store, asked, accepted);
  const has = (name: string) => version.columns.some((one) => one.name === name);
  const cells = rows.size > 0 && has("row") ? await cellsOf(store, version, [...rows.keys()]) : new Map();
  const quoted = new Set(["id", "row", "prompt", "messages"]);
  for (const {columns} of asked) for (const {name} of columns) quoted.add(carriedName(name));
  const isNew = ({column, path = ""}: LedgerEntry, {last}: RowOfAnswer) =>
    !quoted.has(column) || (column === "messages" && (last === null || messageAt(path) === last));
  return {
    columns: {
      asked: has("row") ? `"row"::varchar` : "null",
      last: has("messages") ? LAST : "null"
    },
    isNew,
    reason(entry, row) {
      if (isNew(entry, row)) return undefined;
      const own = row.asked === null ? undefined : rows.get(row.asked);
      const words = own && wordsOf(entry, cells.get(entry.row_id));
      const isOwn = words !== undefined && own!.texts.includes(words);
      const reason = rules.get(entry.rule) ?? (isOwn ? own!.reason : undefined);
      return reason === undefined ? undefined : `accepted in ${dataset}: ${reason}`;
    }
  };
}

/** Messages stand alone, or beside their tools. */
const LAST = `case when json_valid(messages::varchar) then
  coalesce(json_array_length(messages::varchar, '$.messages'), json_array_length(messages::varchar))::int - 1 end`;

function messageAt(path: string): number | undefined {
  const [, at] = /^\$(?:\.messages)?\[(\d+)\]/.exec(path) ?? [];
  return at === undefined ? undefined : Number(at);
}

async function versionsAsked(store: Store, {source}: VersionManifest): Promise<VersionManifest[]> {
  const ids = new Map(runsOf(source).map(({dataset, version}) => [version, dataset]));
  const found = await Promise.all(
    [...ids].map(([id, dataset]) => readVersion(store.workspace, {dataset, id}))
  );
  return found.filter((one) => one !== undefined);
}

/** The words of each row that was accepted as it was asked about, by its id. */
async function acceptedRows(
  store: Store,
  asked: readonly VersionManifest[],
  accepted: Awaited<ReturnType<typeof acceptances>>
): Promise<Map<string, {reason: string; texts: string}>> {
  const found = new Map<string, {reason: string; texts: string}>();
  const wanted = accepted.flatMap((one) => (one.rule === undefined ? [one] : []));
  if (wanted.length === 0) return found;
  for (const version of asked)
    if (await hasRows(store.workspace, version))
      for (const [id, cells] of await cellsOf(
        store,
        version,
        wanted.map(({row}) => row),
        "row_id"
      )) {
        const own = wanted.find(({row, rowHash}) => row === id && rowHash === cells.get("row_hash"));
        if (own) found.set(id, {reason: own.reason, texts: [...cells.values()].join("\n")});
      }
  return found;
}

/** Cells by row id and column: of the rows that answer some, or of those themselves. */
async function cellsOf(
  store: Store,
  version: VersionManifest,
  ids: readonly string[],
  by = "row"
): Promise<Map<string, Map<string, string | null>>> {
  const columns = version.columns.filter(({name}) => name !== "row_id" && name !== "row_hash");
  const cells = columns.map((column, i) => `${cellText(column)} as c${i}`);
  const query = `select ${["row_id", "row_hash", ...cells].join(", ")} from ${await versionRows(store.workspace, version)}
    where ${sqlName(by)}::varchar in (${ids.map(sqlString).join(", ")})`;
  const rows = await store.rows<Record<string, string | null>>(query);
  return new Map(
    rows.map((row) => [
      row.row_id!,
      new Map([
        ["row_hash", row.row_hash ?? null],
        ...columns.map(({name}, i) => [name, row[`c${i}`] ?? null] as const)
      ])
    ])
  );
}

/** Undefined where they are not where the ledger says. */
function wordsOf(
  {column, path, start, end}: LedgerEntry,
  cells: ReadonlyMap<string, string | null> | undefined
): string | undefined {
  const cell = cells?.get(column) ?? undefined;
  const text = path ? cell && jsonTexts(cell, true)?.find((one) => one.path === path)?.text : cell;
  const words = text?.slice(start, end);
  return words === "" ? undefined : words;
}

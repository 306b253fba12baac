import {messageOf, UserError} from "../../base/validation/index.js";
import {
  type Database,
  idText,
  plainSql,
  readRuns,
  readVersion,
  recordsOf,
  ROW_COLUMNS,
  runTable,
  type Seen,
  sqlName,
  sqlString,
  userCondition,
  type VersionFile,
  versionKind,
  versionTable,
  type Workspace
} from "../../base/store/index.js";

export interface Matching {
  dataset: string;
  /** Ids of the dataset's versions. */
  versions: readonly string[];
  where: string;
  /** SQL of what is wanted of a row's `row_id` and `row_hash`: a hash of them, or the columns themselves. */
  told(column: string): string;
  /** Hashes what a row holds in a version's columns. Without it rows have no forms and texts. */
  forms?(columns: readonly string[], row: Record<string, unknown>): string[];
  seen: Seen;
}

export interface MatchingRow {
  /** By its id, or by its content where it has none. */
  row: string;
  /** What versions hold of it; none of a row that only an imported run has. */
  content: string[];
  /** What `forms` gave of them. */
  forms: string[];
  /** Ids of the versions that have it. */
  versions: string[];
  /** Of its texts, those that no row has which does not meet the condition, as `told`. */
  texts: string[];
  /** The same of its labels, as `labelTold` writes them. */
  labels: string[];
}

/** A version, or a run that other tools made, of which a condition cannot be asked: rows that it is meant for may be there. */
export interface Unread {
  /** As `mails@86dcbf7d…` or `run …`. */
  what: string;
  reason: string;
  columns: string[];
}

/**
 * The rows that meet a condition in any version, or in any run of the dataset that other tools made, in order, and those
 * of which it cannot be asked. Throws UserError when it can be asked of none.
 */
export async function matchingRows(
  db: Database,
  workspace: Workspace,
  {dataset, versions, where, told, forms, seen}: Matching
): Promise<{found: MatchingRow[]; unread: Unread[]}> {
  const relations: Relation[] = [];
  for (const id of versions) {
    const manifest = await readVersion(workspace, {dataset, id});
    const column = (wanted: string | undefined) => manifest?.columns.find(({name}) => name === wanted);
    const text = forms && column(manifest?.text);
    const label = column(manifest?.label);
    for (const file of ["rows.parquet", "rejected.parquet"] satisfies VersionFile[]) {
      const rows = await versionTable(workspace, {dataset, id}, file);
      if (!rows) continue;
      relations.push({
        of: `${dataset}@${id}`,
        version: id,
        rows: `(${await seen(rows, id)})`,
        content: told("row_hash"),
        columns:
          forms &&
          manifest?.columns.map(({name}) => name).filter((name) => !Object.hasOwn(ROW_COLUMNS, name)),
        text: text && told(`('text:' || ${idText(text)})`),
        label: label && told(labelTold(idText(label)))
      });
    }
  }
  for (const id of await importedRuns(workspace, dataset))
    relations.push({of: `run ${id}`, rows: await importedRows(workspace, id), content: "null"});
  const found = new Map<string, Record<"content" | "forms" | "texts" | "labels" | "versions", Set<string>>>();
  const condition = await userCondition(db, where, {what: "--where"});
  const failures = new Map<string, {cause: unknown; rows: string}>();
  const meets = await withEqualRows(db, relations, condition);
  let read = 0;
  for (const relation of relations) {
    const {of, version, rows, content, columns, text = "null", label = "null"} = relation;
    const held = columns ? jsonOf(columns) : "null";
    const query = `select distinct coalesce(${told("row_id")}, ${content}) as row, ${content} as content, ${held} as held, ${text} as text, ${label} as label from ${rows} where ${meets(relation)}`;
    try {
      await db.rows(`${query} limit 0`);
    } catch (error) {
      if (!failures.has(of)) failures.set(of, {cause: error, rows});
      continue;
    }
    read++;
    try {
      for await (const batch of db.batches<
        Record<"content" | "held" | "text" | "label", string | null> & {row: string}
      >(query))
        for (const one of batch) {
          const known = found.get(one.row) ?? {
            content: new Set(),
            forms: new Set(),
            texts: new Set(),
            labels: new Set(),
            versions: new Set()
          };
          if (version !== undefined) known.versions.add(version);
          if (one.content !== null) known.content.add(one.content);
          if (forms && columns && one.held !== null)
            for (const form of forms(columns, JSON.parse(one.held) as Record<string, unknown>))
              known.forms.add(form);
          if (one.text !== null) known.texts.add(one.text);
          if (one.label !== null) known.labels.add(one.label);
          found.set(one.row, known);
        }
    } catch (error) {
      // What the engine says quotes the row, and the row may be held out.
      throw new UserError(
        `${of}: --where cannot be worked out for every row (${messageOf(error).split(":")[0]}). Use try_cast(… as …) where values vary. Nothing was erased.`
      );
    }
  }
  if (read === 0) {
    const rows = relations.map((one) => one.rows);
    const failure = [...failures.values()].at(-1)?.cause;
    throw new UserError(
      `${dataset}: --where is not a condition over its columns: ${wrongWith(failure)}. Its columns are ${(await columnsOf(db, rows)).join(", ")}. Nothing was erased.`,
      {cause: failure}
    );
  }
  const unread: Unread[] = [];
  for (const [what, {cause, rows}] of failures)
    if (!REJECTED_ALONE.has(columnMissing(cause) ?? ""))
      unread.push({what, reason: wrongWith(cause), columns: await columnsOf(db, [rows])});
  const asked = relations.filter(({of}) => !failures.has(of));
  const texts = await thatStay(db, "text", asked, meets);
  const labels = await thatStay(db, "label", asked, meets);
  const gone = (found: ReadonlySet<string>, kept: ReadonlySet<string>) =>
    [...found].filter((one) => !kept.has(one)).sort();
  const rows = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    found: rows.map(([row, one]) => ({
      row,
      content: [...one.content].sort(),
      forms: [...one.forms].sort(),
      texts: gone(one.texts, texts),
      labels: gone(one.labels, labels),
      versions: [...one.versions]
    })),
    unread
  };
}

interface Relation {
  of: string;
  /** Its id, of a version. */
  version?: string;
  rows: string;
  /** SQL of the hash of a row's content. */
  content: string;
  /** Names of the dataset's own columns, and SQL of the hash of a row's text; where rows are to be known by these. */
  columns?: readonly string[];
  text?: string;
  /** SQL of the hash of its label. */
  label?: string;
}

/**
 * SQL of a condition for a relation that is true of equal rows, too: where no column gives them an id, copies of a row that meets it
 * have ids of their own, and are erased with it.
 */
async function withEqualRows(
  db: Database,
  relations: readonly Relation[],
  condition: string
): Promise<(relation: Relation) => string> {
  // Not temporary: streams read it through connections of their own.
  await db.run("create or replace table assay_meant (row_hash varchar)");
  for (const {version, rows} of relations)
    if (version !== undefined)
      await db
        .run(`insert into assay_meant select distinct row_hash from ${rows} where ${condition}`)
        // Whoever asks the condition itself tells what is wrong with it.
        .catch(() => undefined);
  return ({version}) =>
    version === undefined
      ? condition
      : `(${condition} or coalesce(row_hash in (select row_hash from assay_meant), false))`;
}

/** What rows that meet a condition and others both have: a text would be left out with the next pull, a label names no one alone. */
async function thatStay(
  db: Database,
  what: "text" | "label",
  relations: readonly Relation[],
  meets: (relation: Relation) => string
): Promise<Set<string>> {
  const query = (where: (relation: Relation) => string) =>
    relations
      .filter((relation) => relation[what] !== undefined)
      .map((relation) => `select ${relation[what]} as held from ${relation.rows} where ${where(relation)}`)
      .join(" union all ");
  const meant = query(meets);
  if (meant === "") return new Set();
  const others = query((relation) => `not coalesce((${meets(relation)}\n), false)`);
  const found = await db.rows<{held: string}>(
    `select distinct held from (${others}) where held in (${meant})`
  );
  return new Set(found.map(({held}) => held));
}

/** SQL of a label, or of an answer that may be one, as it is hashed. */
export const labelTold = (text: string) => `('label:' || trim(${text}))`;

/** SQL of a row's columns as JSON. */
export function jsonOf(columns: readonly string[]): string {
  return `to_json({${columns.map((column) => `${sqlString(column)}: ${sqlName(column)}`).join(", ")}})::varchar`;
}

/** For a person: what may still hold rows, and how they are erased. */
export function unreadText(unread: readonly Unread[]): string[] {
  if (unread.length === 0) return [];
  const lines = unread.map(
    ({what, reason, columns}) =>
      `! ${what} was not looked through: ${reason}. Its columns are ${columns.join(", ")}.`
  );
  return [
    ...lines,
    "Rows that are meant may still be there: purge again with a condition over those columns."
  ];
}

/** Columns that only rows have which filters dropped. */
const REJECTED_ALONE = new Set(["rejected_by", "rejected_because"]);

function columnMissing(failure: unknown): string | undefined {
  return /Referenced column "([^"]+)" not found/.exec(messageOf(failure))?.[1];
}

function wrongWith(failure: unknown): string {
  const column = columnMissing(failure);
  return column === undefined ? plainSql(messageOf(failure)) : `there is no column ${JSON.stringify(column)}`;
}

async function columnsOf(db: Database, relations: readonly string[]): Promise<string[]> {
  const names = new Set<string>();
  for (const rows of relations)
    for (const {column_name: name} of await db.rows<{column_name: string}>(`describe select * from ${rows}`))
      if (!Object.hasOwn(ROW_COLUMNS, name)) names.add(name);
  return [...names];
}

/** The versions that a purge looks through. Throws UserError when the store has none, and no rows of that name elsewhere. */
export async function versionsToPurge(workspace: Workspace, dataset: string): Promise<string[]> {
  const versions: string[] = [];
  for await (const {id} of recordsOf(workspace, versionKind, {dataset})) versions.push(id);
  if (versions.length === 0 && (await importedRuns(workspace, dataset)).length === 0)
    throw new UserError(
      `the store has no version of ${dataset}, and no run of that name made of other tools' results.`
    );
  return versions;
}

/** Runs whose rows are in no version: other tools' results that name this as their dataset. */
export async function importedRuns(workspace: Workspace, dataset: string): Promise<string[]> {
  const runs = await readRuns(workspace, {archived: true});
  return runs.filter((run) => run.imported !== undefined && run.dataset.name === dataset).map(({id}) => id);
}

/** What an imported run holds of its rows, one line an answer. */
async function importedRows(workspace: Workspace, id: string): Promise<string> {
  const [items, prompts, completions] = await Promise.all(
    (["items", "prompts", "completions"] as const).map((table) => runTable(workspace, [id], table))
  );
  return `(select i.row_id, i.row_id as id, i.expected, i.slices, i.cluster, p.messages as input, c.candidate, c.output
    from ${items} i left join ${prompts} p using (row_id) left join ${completions} c using (row_id))`;
}

import {
  type Database,
  hasRows,
  heldOutQuery,
  heldOutRecords,
  heldOutRelation,
  holdOut,
  readVersion,
  sameRows,
  sqlName,
  sqlString,
  versionRows,
  versionTable,
  type Workspace
} from "../../base/store/index.js";
import {copiedTexts, editedTexts} from "./duplicates/index.js";
import {REJECTED_FILE} from "./filters/index.js";
import {describeColumns} from "./describeColumns.js";

/** A relation of rows, and the column of their texts where the dataset names one. */
interface RowRelation {
  relation: string;
  text: string | undefined;
}

interface PulledText {
  dataset: string;
  text: string | undefined;
  /** The version before. */
  before: string;
  /** Its rows are among the new version's. */
  append?: boolean;
}

/**
 * Of a dataset without ids a changed row is another row, which nothing ties to the old one: where held-out rows of the version
 * before are gone, the new rows most like them take their places and are held out too. Where rows are appended none is gone: new
 * rows that are as like a held-out row as any open one are held out beside it. To be called before the version appears; how
 * many rows there are.
 * @param relations of the rows that are about to be stored, those that filters dropped among them
 */
export async function holdOutEdited(
  db: Database,
  workspace: Workspace,
  {dataset, text, before, append = false}: PulledText,
  relations: readonly string[]
): Promise<number> {
  const former = {dataset, id: before};
  const records = await heldOutRecords(workspace, dataset);
  const unnamed = records.filter(({idColumn}) => idColumn === null);
  if (unnamed.length === 0 || !(await hasRows(workspace, former))) return 0;
  const formerText = (await readVersion(workspace, former))?.text;
  const rejected = await versionTable(workspace, former, REJECTED_FILE);
  const then = [await versionRows(workspace, former), ...(rejected ? [rejected] : [])].map(
    (relation): RowRelation => ({relation, text: formerText})
  );
  const now: RowRelation[] = relations.map((relation) => ({relation, text}));
  let edited = 0;
  for (const record of unnamed) {
    const held = await heldOutRelation(workspace, record);
    const added = () => addedTexts(db, then, now, held);
    const found = append
      ? await copiedTexts(await textsOf(heldTexts(db, then, held)), added(), heldTexts(db, then, held, "not"))
      : (await editedTexts(await textsOf(goneTexts(db, then, now, held)), added())).map(({row}) => row);
    if (found.length === 0) continue;
    const rows = found.map(sqlString).join(", ");
    const queries = now.map((one) => heldOutQuery(`${one.relation} where row_id in (${rows})`, one.text));
    await holdOut(db, workspace, record, queries.join(" union "));
    edited += found.length;
  }
  return edited;
}

async function textsOf(rows: AsyncIterable<RowText>): Promise<string[]> {
  const texts: string[] = [];
  for await (const {text} of rows) texts.push(text);
  return texts.sort();
}

/** Held-out rows of the version before; with "not" its others. */
async function* heldTexts(
  db: Database,
  then: readonly RowRelation[],
  held: string,
  not: "" | "not" = ""
): AsyncGenerator<RowText> {
  for (const one of then)
    yield* contents(db, one, `row_id ${not} in (${sameRows(one.relation, held, one.text)})`);
}

/** Held-out rows of the version before whose content, and whose text, no row has now. */
async function* goneTexts(
  db: Database,
  then: readonly RowRelation[],
  now: readonly RowRelation[],
  held: string
): AsyncGenerator<RowText> {
  for (const one of then) {
    const still = now.flatMap(({relation, text}) => [
      `row_hash in (select row_hash from ${relation})`,
      ...(text && one.text
        ? [`${sqlName(one.text)}::varchar in (select ${sqlName(text)}::varchar from ${relation})`]
        : [])
    ]);
    yield* contents(
      db,
      one,
      `row_id in (${sameRows(one.relation, held, one.text)}) and not coalesce(${still.join(" or ")}, false)`
    );
  }
}

/** Rows that the version before had not, and that are not held out. */
async function* addedTexts(
  db: Database,
  then: readonly RowRelation[],
  now: readonly RowRelation[],
  held: string
): AsyncGenerator<RowText> {
  for (const one of now) {
    const known = then.map(({relation}) => `select row_hash from ${relation}`).join(" union all ");
    yield* contents(
      db,
      one,
      `row_hash not in (${known}) and row_id not in (${sameRows(one.relation, held, one.text)})`
    );
  }
}

interface RowText {
  row: string;
  text: string;
}

async function* contents(db: Database, rows: RowRelation, condition: string): AsyncGenerator<RowText> {
  const query = `select row_id as row, ${await contentOf(db, rows)} as text from ${rows.relation} where ${condition}`;
  for await (const batch of db.batches<{row: string; text: string | null}>(query))
    for (const {row, text} of batch) if (text !== null) yield {row, text};
}

/** SQL of what a row says: its text, or all of its columns. */
async function contentOf(db: Database, {relation, text}: RowRelation): Promise<string> {
  if (text) return `${sqlName(text)}::varchar`;
  const columns = await describeColumns(db, `select * from ${relation}`);
  const own = columns.filter(({name}) => !OURS.includes(name)).map(({name}) => `${sqlName(name)}::varchar`);
  return `concat_ws(' ', ${own.join(", ")})`;
}

const OURS = ["row_id", "row_hash", "rejected_by", "rejected_because"];

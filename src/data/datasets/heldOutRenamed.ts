import {
  type Database,
  heldOutRelation,
  readVersion,
  sameRows,
  versionRows,
  type Workspace
} from "../../base/store/index.js";

interface PulledVersion {
  name: string;
  text?: string;
  /** The version before. */
  before: string;
}

/** An id that holds what stands for personal data: `<EMAIL_ADDRESS>`, `<EMAIL_ADDRESS:kqhsnefjabcdrmgp>` or stars. */
const REDACTED_ID = "regexp_matches(row_id, '<[A-Z][A-Z0-9_]*(:[a-z]{16})?>|[*]{2}')";

/**
 * How many held-out rows of the version before may be there under other ids, since other rules for personal data, or another key,
 * have made other ids of the same values: none where an id that such rules made is there as before.
 * @param relations of the rows that are about to be stored, those that filters dropped among them
 */
export async function heldOutRedacted(
  db: Database,
  workspace: Workspace,
  split: {dataset: string; id: string},
  before: string,
  relations: readonly string[]
): Promise<number> {
  const held = await heldOutRelation(workspace, split);
  const then = `(select row_id from ${await versionRows(workspace, {dataset: split.dataset, id: before})})`;
  const now = `(select distinct row_id from (${relations.map((rows) => `select row_id from ${rows}`).join(" union all ")}))`;
  const made = `count(*) filter (${REDACTED_ID})::int as made, count(*)::int as rows`;
  const of = async (relation: string) =>
    (await db.row<{made: number; rows: number}>(`select ${made} from ${relation}`))!;
  const kept = await of(`${then} semi join ${now} using (row_id)`);
  const gone = await of(`${then} semi join ${held} using (row_id) anti join ${now} using (row_id)`);
  const fresh = await of(`${now} anti join ${then} using (row_id)`);
  return kept.made === 0 && gone.made + fresh.made > 0 ? Math.min(gone.rows, fresh.rows) : 0;
}

/**
 * How many held-out rows of the version before have other ids in the same column now, which nothing ties to the old ones: ids
 * that are written otherwise (`007` and `7`), or, where no row kept its id, new ones for rows of which most have a held-out
 * row's content or text. Single copies under new ids are not looked for.
 * @param relations of the rows that are about to be stored, those that filters dropped among them
 */
export async function heldOutRenamed(
  db: Database,
  workspace: Workspace,
  split: {dataset: string; id: string},
  {name, text, before}: PulledVersion,
  relations: readonly string[]
): Promise<number> {
  const former = {dataset: name, id: before};
  const [held, there] = [await heldOutRelation(workspace, split), await versionRows(workspace, former)];
  const count = async (query: string) =>
    (await db.row<{n: number}>(`select count(*)::int as n from (${query})`))!.n;
  const now = `(${relations.map((rows) => `select row_id from ${rows}`).join(" union all ")})`;
  const then = `(select row_id from ${there})`;
  const gone = `(select row_id from ${then} semi join ${held} using (row_id) anti join ${now} using (row_id))`;
  const fresh = `(select distinct row_id from ${now} anti join ${then} using (row_id) where row_id not in (select row_id from ${held}))`;
  const alike = (one: string) =>
    `coalesce(try_cast(trim(${one}) as decimal(38, 12))::varchar, lower(trim(${one})))`;
  const rewritten = await count(
    `select row_id from ${gone} where ${alike("row_id")} in (select ${alike("row_id")} from ${fresh})`
  );
  if (rewritten > 0) return rewritten;
  if ((await count(`select 1 from ${then} semi join ${now} using (row_id) limit 1`)) > 0) return 0;
  const {text: formerText} = (await readVersion(workspace, former)) ?? {};
  if (text === undefined || formerText === undefined) return 0;
  const lost = await count(`select * from ${gone}`);
  const found = relations.map((rows) => sameRows(rows, held, text)).join(" union ");
  const renamed = await count(found);
  return lost > 0 && renamed * 2 > lost ? renamed : 0;
}

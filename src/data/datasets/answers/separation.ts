import {
  type Database,
  hasRows,
  openParts,
  readSplit,
  readSplits,
  readVersion,
  type RunManifest,
  type SplitManifest,
  splitParts,
  sqlName,
  versionRows,
  type Workspace
} from "../../../base/store/index.js";
import {hashJson} from "../../../base/system/index.js";
import {UserError} from "../../../base/validation/index.js";
import {KnownTexts} from "../duplicates/index.js";
import type {AnswersSource} from "./answersOf.js";

/** Which rows of a run may be learned. */
export interface Separation {
  /** A query for row_id and part of the rows that are open; undefined of an imported run, whose rows are in no split. */
  parts?: string;
  /** A query for the ids of rows that are in a test or held-out part, in any version; undefined where there is none. */
  closed?: string;
  /** The texts of those rows and of the datasets to be kept apart; undefined where there is none. */
  texts?: KnownTexts;
  /** The column of the run's rows by which they are compared. */
  text?: string;
}

/**
 * The test rows of the run's split and of the same split of other versions, the held-out rows of every split, and both of the
 * datasets in `apart`.
 */
export async function separationOf(
  db: Database,
  workspace: Workspace,
  run: RunManifest,
  {apart = [], text, near}: AnswersSource
): Promise<Separation> {
  const {dataset} = run;
  const own = run.imported
    ? undefined
    : await readSplit(workspace, {dataset: dataset.name, id: run.split.id});
  if (!own && !run.imported)
    throw new UserError(
      `run ${run.id}: its split ${run.split.name} is not in the store any more, so which of its rows are test rows cannot be told. Run the eval again.`
    );
  const texts: string[] = [];
  const closed: string[] = [];
  for (const split of own ? await readSplits(workspace, dataset.name) : []) {
    const ids = await closedRows(workspace, split, isSameSplit(split, own!));
    if (ids === undefined) continue;
    closed.push(ids);
    texts.push(...(await textsIn(db, workspace, split, ids, text)));
  }
  for (const name of apart.filter((one) => one !== dataset.name || !own)) {
    const splits = await readSplits(workspace, name);
    if (splits.length === 0)
      throw new UserError(
        `answersOf: dataset ${name} in \`apart\` has no split, so its test rows are not known. Run its eval, or \`assay split\`.`
      );
    for (const split of splits) {
      const ids = await closedRows(workspace, split, true);
      if (ids !== undefined) texts.push(...(await textsIn(db, workspace, split, ids, undefined)));
    }
  }
  const version = own && (await readVersion(workspace, {dataset: dataset.name, id: dataset.version}));
  return {
    parts: own && (await openParts(workspace, own)),
    closed: closed.length > 0 ? closed.join(" union ") : undefined,
    texts: texts.length > 0 ? await KnownTexts.of(db, texts.join(" union all "), near) : undefined,
    text: text ?? version?.text
  };
}

/** A query for the ids of a split's held-out rows, and of its test rows where they count; undefined where it has none. */
async function closedRows(
  workspace: Workspace,
  split: SplitManifest,
  withTest: boolean
): Promise<string | undefined> {
  const closing = withTest ? ["test", "held-out"] : ["held-out"];
  const parts = closing.some((part) => split.counts[part]) ? await splitParts(workspace, split) : undefined;
  return (
    parts && `select row_id from ${parts} where part in (${closing.map((part) => `'${part}'`).join(", ")})`
  );
}

/** A query for the texts of a version's rows; none where the rows are gone, with which no answer can be compared. */
async function textsIn(
  db: Database,
  workspace: Workspace,
  {dataset, version: id}: SplitManifest,
  ids: string,
  named: string | undefined
): Promise<string[]> {
  const version = await readVersion(workspace, {dataset, id});
  if (!version || !(await hasRows(workspace, version))) return [];
  const rows = await versionRows(workspace, version);
  if (!(await db.row(`select 1 from ${rows} semi join (${ids}) using (row_id) limit 1`))) return [];
  const text = named ?? version.text;
  if (text === undefined || !version.columns.some(({name}) => name === text))
    throw new UserError(
      `dataset ${dataset}@${id.slice(0, 8)} names no text, so near-duplicates of its test rows cannot be found. Add \`text: "column"\` to the dataset or to answersOf.`
    );
  return [`select row_id, ${sqlName(text)}::varchar as text from ${rows} semi join (${ids}) using (row_id)`];
}

/** Whether two splits divide by the same rule, of whichever version. */
function isSameSplit(a: SplitManifest, b: SplitManifest): boolean {
  const rule = ({strategy, seed, settings}: SplitManifest) =>
    hashJson({strategy, seed, ...settings, near: undefined});
  return a.id === b.id || rule(a) === rule(b);
}

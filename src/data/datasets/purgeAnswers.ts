import {
  answeringRuns,
  hasRows,
  openDatabase,
  readRun,
  readTombstones,
  readVersions,
  sqlString,
  type VersionManifest,
  versionRows,
  type Workspace
} from "../../base/store/index.js";

/** A dataset of answers, and how many of its rows were erased since they answer erased rows. */
export interface ErasedAnswers {
  dataset: string;
  rows: number;
}

/** The datasets whose rows are answers to rows of a dataset, with their versions. */
export async function answersTo(
  workspace: Workspace,
  dataset: string
): Promise<Map<string, VersionManifest[]>> {
  const found = new Map<string, VersionManifest[]>();
  for (const version of await readVersions(workspace))
    for (const id of answeringRuns(version))
      if ((await readRun(workspace, id))?.dataset.name === dataset) {
        found.set(version.dataset, [...(found.get(version.dataset) ?? []), version]);
        break;
      }
  return found;
}

/**
 * Erases the answers to a dataset's erased rows, in the datasets that were made of its runs' answers.
 * @param erase purges one dataset, and gives how many rows went
 */
export async function purgeAnswers(
  workspace: Workspace,
  dataset: string,
  erase: (dataset: string, where: string) => Promise<number>
): Promise<ErasedAnswers[]> {
  const answers = await answersTo(workspace, dataset);
  if (answers.size === 0) return [];
  const {salt, rows} = await readTombstones(workspace, dataset);
  const where = `sha256(${sqlString(salt)} || "row"::varchar) in (${rows.map(({hash}) => sqlString(hash)).join(", ")})`;
  const erased: ErasedAnswers[] = [];
  const db = await openDatabase({tmpDir: workspace.tmpDir});
  try {
    for (const [name, versions] of answers)
      if (await holdsAny(versions)) erased.push({dataset: name, rows: await erase(name, where)});
  } finally {
    db.close();
  }
  return erased;

  async function holdsAny(versions: readonly VersionManifest[]): Promise<boolean> {
    for (const version of versions) {
      // A dataset's own SQL may have left the column out: its rows cannot be told.
      if (!version.columns.some(({name}) => name === "row") || !(await hasRows(workspace, version))) continue;
      if (await db.row(`select 1 from ${await versionRows(workspace, version)} where ${where} limit 1`))
        return true;
    }
    return false;
  }
}

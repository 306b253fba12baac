import {join} from "node:path";
import {lineage, listModels, type ModelManifest} from "../models/index.js";
import {type Database, listFolders, sqlString, type Workspace} from "../store/index.js";

type Training = NonNullable<ModelManifest["training"]>;

/**
 * Models that learned from a row of the table `erased`, themselves or through their parents. Asked before the splits lose
 * those rows; a model whose split is gone is named when it was trained on the data set at all.
 */
export async function trainedOnErased(
  db: Database,
  workspace: Workspace,
  dataset: string,
  hash: string
): Promise<{id: string; name: string}[]> {
  const folder = join(workspace.dir, "models");
  const splits = await listFolders(join(workspace.dir, "splits", dataset));
  const found: {id: string; name: string}[] = [];
  const known = new Map<string, boolean>();
  const learned = async ({split, part}: Training): Promise<boolean> => {
    const key = `${split} ${part}`;
    let answer = known.get(key);
    if (answer === undefined) {
      // A record names its split by the whole hash, the folder by its beginning.
      const id = splits.find((one) => split.startsWith(one));
      const parts = id && join(workspace.splitDir(dataset, id), "parts.parquet");
      answer =
        !parts ||
        (await db.row(
          `select 1 from read_parquet(${sqlString(parts)}) where part = $part and ${hash} in (select hash from erased) limit 1`,
          {part}
        )) !== undefined;
      known.set(key, answer);
    }
    return answer;
  };
  for (const {id, name} of await listModels(folder))
    for (const {manifest} of await lineage(folder, id))
      if (manifest?.training?.dataset === dataset && (await learned(manifest.training))) {
        found.push({id, name});
        break;
      }
  return found;
}

import {join} from "node:path";
import {listFolders, readJson, type RunManifest, type Workspace} from "../store/index.js";

/**
 * The newest run of every eval on every split: what the report is about. The eval that was sealed last comes first,
 * so that a reader meets the newest question. Older runs stay in the list of runs.
 */
export async function currentRuns(workspace: Workspace): Promise<RunManifest[]> {
  const newest = new Map<string, RunManifest>();
  for (const id of await listFolders(join(workspace.dir, "runs"))) {
    const run = await readJson<RunManifest>(join(workspace.runDir(id), "manifest.json"));
    if (!run) continue;
    const key = JSON.stringify([run.eval, run.split.name, run.split.part]);
    const known = newest.get(key);
    if (!known || known.startedAt < run.startedAt) newest.set(key, run);
  }
  const runs = [...newest.values()];
  const sealed = (name: string) =>
    runs.reduce((latest, run) => (run.eval === name && run.sealedAt > latest ? run.sealedAt : latest), "");
  return runs.sort(
    (a, b) =>
      sealed(b.eval).localeCompare(sealed(a.eval)) ||
      a.eval.localeCompare(b.eval) ||
      splitOrder(a) - splitOrder(b) ||
      a.startedAt.localeCompare(b.startedAt)
  );
}

/** A random split is the one to trust least, so it comes last. */
function splitOrder(run: RunManifest): number {
  return run.split.strategy === "random" || run.split.strategy === "stratified" ? 1 : 0;
}

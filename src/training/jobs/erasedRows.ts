import {erasedTraining, type ModelManifest, noteErasedTraining} from "../../weights/models/index.js";
import {
  type ErasedParts,
  modelsDir,
  readJob,
  readSplits,
  readTombstones,
  type Workspace
} from "../../base/store/index.js";
import {exportOf} from "./exportOf.js";

type Erasure = Pick<ErasedParts, "dataset" | "at">;

/** When rows that a job's model learned from were erased; undefined when none was. */
export async function erasedOfJob(workspace: Workspace, id: string): Promise<Erasure | undefined> {
  const job = await readJob(workspace, id);
  return job?.erased?.parts.includes(job.data[0]!.part) ? job.erased : undefined;
}

/**
 * When rows of an export's part were erased since it was written; undefined when none was. Where the store lacks its split, any
 * row of the dataset counts.
 * @param path of the export, or of its manifest
 */
export async function erasedOfExport(workspace: Workspace, path: string): Promise<Erasure | undefined> {
  const {dataset, split, part, exportedAt = ""} = await exportOf(path);
  const own = (await readSplits(workspace, dataset)).find(({sha256}) => sha256 === split.sha256);
  const erased = own
    ? [own.erased?.[part]]
    : (await readTombstones(workspace, dataset)).rows.map(({at}) => at);
  const since = erased.filter((at) => at !== undefined && at >= exportedAt).sort();
  return since.length > 0 ? {dataset, at: since.at(-1)!} : undefined;
}

/**
 * Marks a model whose rows were erased before it was entered, as a purge marks those that are there, and says so. The model is
 * entered first: a purge that comes in between finds it.
 */
export async function markErased(
  workspace: Workspace,
  {id, name}: Pick<ModelManifest, "id" | "name">,
  erased: Erasure | undefined,
  onMessage: (message: string) => void = () => undefined
): Promise<void> {
  if (!erased) return;
  const dir = modelsDir(workspace);
  await noteErasedTraining(dir, id, erased);
  const found = await erasedTraining(dir, id);
  if (found)
    onMessage(
      `! model ${name} (${id.slice(0, 12)}) learned from rows of ${found.dataset} that were erased on ${found.at.slice(0, 10)}. It is not served or run until it is trained again without them, or assay purge ${found.dataset} --keep-model ${id.slice(0, 12)} --reason "…" lets it stay, or assay models remove ${id.slice(0, 12)} removes it.`
    );
}

import {isAdapter, listModels, type ModelManifest, nameWithId, ownBase} from "../../weights/models/index.js";
import {modelsDir, type Workspace} from "../../base/store/index.js";

type ManifestParents = ModelManifest["parents"];

/**
 * Says of an adapter, as it was entered, that it names another base than the parents that were stated for it; undefined where that is one
 * of them, or none of the store was stated.
 */
export async function ownBaseIsOther(
  workspace: Workspace,
  model: ModelManifest,
  stated: ManifestParents
): Promise<string | undefined> {
  if (!isAdapter(model) || stated.length === 0) return undefined;
  const dir = modelsDir(workspace);
  const ids = new Set((await listModels(dir)).map(({id}) => id));
  const there = stated.filter(({id}) => ids.has(id));
  const {base: own} = await ownBase(dir, model, workspace.project);
  if (!own || there.length === 0 || there.some(({id}) => id === own.id)) return undefined;
  return `! the adapter ${model.name} names ${nameWithId(own)} as its base, and not its stated parent ${there.map(nameWithId).join(", ")}: it is put on the base that it names, and both stand in its lineage.`;
}

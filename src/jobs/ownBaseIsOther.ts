import {isAdapter, type ModelManifest, nameWithId, ownBase} from "../models/index.js";
import {modelsDir, type Workspace} from "../store/index.js";

type Parents = ModelManifest["parents"];

/**
 * Says of an adapter, as it was entered, that it names another base than the parents that were stated for it; undefined where that is one
 * of them, or none was stated.
 */
export async function ownBaseIsOther(
  workspace: Workspace,
  model: ModelManifest,
  stated: Parents
): Promise<string | undefined> {
  if (!isAdapter(model) || stated.length === 0) return undefined;
  const {base: own} = await ownBase(modelsDir(workspace), model, workspace.project);
  if (!own || stated.some(({id}) => id === own.id)) return undefined;
  return `! the adapter ${model.name} names ${nameWithId(own)} as its base, and not its stated parent ${stated.map(nameWithId).join(", ")}: it is put on the base that it names, and both stand in its lineage.`;
}

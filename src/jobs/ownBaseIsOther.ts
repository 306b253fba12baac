import {isAdapter, type ModelManifest, nameWithId} from "../models/index.js";

type Parents = ModelManifest["parents"];

/**
 * Says of an adapter, as it was entered, that it names another base than the parents that were stated for it; undefined where that is one
 * of them, or none was stated.
 */
export function ownBaseIsOther(model: ModelManifest, stated: Parents): string | undefined {
  const own = model.parents.find(({id}) => !stated.some((one) => one.id === id));
  if (!isAdapter(model) || !own || stated.length === 0) return undefined;
  return `! the adapter ${model.name} names ${nameWithId(own)} as its base, and not its stated parent ${stated.map(nameWithId).join(", ")}: it is put on the base that it names, and both stand in its lineage.`;
}

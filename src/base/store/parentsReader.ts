import {namedJob} from "./jobsNamed.js";
import {readOrigins, storeOfModels} from "./kinds/model.js";
import {isEntered} from "./sameWeights.js";
import {type Origins, originsOf} from "./origins.js";
import type {ModelParent, StoredModel} from "./records/model.js";

/**
 * Gives what a model was made of, as `originsOf`. Other records are read for the first model that a job may have made or that was
 * entered as files, and not again. A folder of models alone has no jobs.
 */
export function parentsReader(
  modelsDir: string
): (model: StoredModel | undefined) => Promise<readonly ModelParent[]> {
  const store = storeOfModels(modelsDir);
  let origins: Promise<Origins> | undefined;
  return async (model) => {
    if (!model) return [];
    // What a service has may have been entered before it was collected, and names no job.
    const isOfJob = namedJob(model) !== undefined || model.architecture === "hosted";
    if (!store || !(isOfJob || isEntered(model))) return model.parents ?? [];
    origins ??= readOrigins(store);
    return originsOf(model, await origins);
  };
}

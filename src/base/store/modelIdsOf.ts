import type {RunCandidate} from "./records/run.js";

/** Ids of the store's records of the models that answer as a candidate: one, or those of a cascade's models. */
export function modelIdsOf({
  modelId,
  modelIds
}: Pick<RunCandidate, "modelId" | "modelIds">): readonly string[] {
  return modelIds ?? (modelId === undefined ? [] : [modelId]);
}

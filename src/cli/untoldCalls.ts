import type {RunManifest} from "../store/index.js";

/** Calls of scorers that gave no usage, failed ones among them: what these cost is in no sum. 0 in runs that do not tell. */
export function untoldCalls({calls, models}: NonNullable<RunManifest["scorerCalls"]>): number {
  return models ? Math.max(0, calls - models.reduce((sum, {counted}) => sum + counted, 0)) : 0;
}

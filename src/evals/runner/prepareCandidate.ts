import type {SplitManifest, Store, VersionManifest} from "../../base/store/index.js";
import type {Candidate, EvalDefinition, PrepareContext} from "./define.js";
import {closeCandidates, readyCandidates, type ReadyCandidate} from "./plan/readyCandidates.js";

export interface PrepareCandidateInputs {
  store: Store;
  version: VersionManifest;
  split: SplitManifest;
  candidate: Candidate;
  pay?: PrepareContext["pay"];
  onMessage(message: string): void;
  signal?: AbortSignal;
}

/** Makes one candidate of an eval callable, as a run would: what is not trained yet is trained. `close` frees what it holds. */
export async function prepareCandidate(
  definition: EvalDefinition,
  {candidate, ...inputs}: PrepareCandidateInputs
): Promise<ReadyCandidate & {close(): Promise<void>}> {
  const resolved = {candidates: [candidate], seed: definition.seed ?? "assay", baseline: candidate.name};
  const ready = await readyCandidates(resolved, inputs);
  return {...ready[0]!, close: () => closeCandidates(ready)};
}

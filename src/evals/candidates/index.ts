/**
 * Makes candidates of what Assay trains, merges, converts and serves: trained, merged, quantised, cascades, reranked.
 * In: fine-tunes, merge recipes, models of the store. Out: `Candidate`s for an eval's definition.
 * Nothing is trained or loaded until a run prepares the candidate.
 */
export {cascade, type CascadeSettings} from "./cascade.js";
export {declaredContexts} from "./declaredContexts.js";
export {finetuned, type FinetunedOptions} from "./finetuned.js";
export {localCandidate, type LocalCandidateOptions, quantised} from "./local.js";
export {mergedModel, type MergedOptions, type MergeParameters} from "./merged.js";
export {servedBest, type ServedOptions} from "./served.js";
export {reranked, type RerankedSettings} from "./reranked.js";
export {storedModel} from "./stored.js";
export {trained} from "./trained.js";
export {trainedByJob, type TrainedByJobOptions} from "./trainedByJob.js";

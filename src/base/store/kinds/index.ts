/**
 * The kinds of record that the store keeps: a file each, and a line here. A file says where its records lie, what a manifest must
 * be, its tables, which records it needs, and what erasing a row means for it. `allKinds.ts` puts them in order.
 */
export {acceptancesKind} from "./acceptances.js";
export {benchKind} from "./bench.js";
export {cacheKind, downloadsKind, vectorsKind} from "./cache.js";
export {heldOutMarkKind, latestKind, recognitionKind, tombstonesKind} from "./dataset.js";
export {distillationKind} from "./distillation.js";
export {exportKind} from "./exportNote.js";
export {finalRunKind} from "./finalRun.js";
export {heldOutKind} from "./heldOutRecord.js";
export {jobKind} from "./job.js";
export {keptKind} from "./kept.js";
export {modelKind} from "./model.js";
export {raceKind} from "./race.js";
export {receivedKind} from "./received.js";
export {runKind} from "./run.js";
export {spendingKind} from "./spending.js";
export {splitKind} from "./split.js";
export {stoppedTrainingKind} from "./stoppedTraining.js";
export {versionKind} from "./version.js";
export {writtenCopyKind} from "./writtenCopy.js";

import {acceptancesKind} from "./acceptances.js";
import {benchKind} from "./bench.js";
import {cacheKind, downloadsKind, vectorsKind} from "./cache.js";
import {heldOutMarkKind, latestKind, recognitionKind, tombstonesKind} from "./dataset.js";
import {exportKind} from "./exportNote.js";
import {finalRunKind} from "./finalRun.js";
import {heldOutKind} from "./heldOutRecord.js";
import {jobKind} from "./job.js";
import type {Kind} from "./kind.js";
import {modelKind} from "./model.js";
import {raceKind} from "./race.js";
import {runKind} from "./run.js";
import {splitKind} from "./split.js";
import {stoppedTrainingKind} from "./stoppedTraining.js";
import {versionKind} from "./version.js";
import {writtenCopyKind} from "./writtenCopy.js";

/**
 * Every kind of record, in the order in which a purge asks them: jobs before models, so that one which is collected meanwhile
 * is marked by its job or as a model; both, and copies of models, before the splits that tell what they learned from, versions before the splits
 * that count their labels.
 */
export const KINDS: readonly Kind[] = [
  jobKind,
  modelKind,
  writtenCopyKind,
  versionKind,
  splitKind,
  heldOutKind,
  runKind,
  raceKind,
  benchKind,
  latestKind,
  heldOutMarkKind,
  recognitionKind,
  tombstonesKind,
  acceptancesKind,
  exportKind,
  finalRunKind,
  cacheKind,
  downloadsKind,
  stoppedTrainingKind,
  vectorsKind
] as readonly Kind[];

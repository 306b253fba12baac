/**
 * Trainings that another machine does. In: a job's definition and the training files. Out: its record in the store, with
 * what the service reports, and in the end the trained model's. A service is one file of `services`, a tool's configuration one of
 * `configurations`. It trains nothing itself; writing the training files is up to training/finetunes and the CLI.
 */
export {cancelJob, findJob, knownJob, lastStatus, lookAt, type JobStatusChange, watchJob} from "./watch.js";
export {collectJob, parentsOfJob, trainingOfJob} from "./collect.js";
export {erasedOfExport, erasedOfJob, markErased} from "./erasedRows.js";
export {trainingOfExport} from "./exportOf.js";
export {checkJob, type Job, job, type JobDefinition} from "./define.js";
export {saidNumber} from "./more.js";
export {ownBaseIsOther} from "./ownBaseIsOther.js";
export {isMadeFrom, recordFiles, modelWithId} from "./record.js";
export type {JobService} from "./service.js";
export {openService, type ServiceSettings} from "./services/index.js";
export {logOf, statusText} from "./statusText.js";
export {type JobPlan, noteJob, startJob} from "./submit.js";
export {collectedModel, modelOfJob} from "./trainedModel.js";
export {
  type JobFile,
  jobFormat,
  jobPlan,
  type NamedJob,
  trainingFiles,
  type TrainingFileOptions,
  trainingSettings
} from "./trainingFiles.js";

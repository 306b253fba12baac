export {cancelJob, findJob, knownJob, lastStatus, lookAt, type Looked, watchJob} from "./watch.js";
export {collectJob, parentsOfJob, trainingOfJob} from "./collect.js";
export {erasedOfExport, erasedOfJob, markErased} from "./erasedRows.js";
export {trainingOfExport} from "./exportOf.js";
export {checkJob, type Job, job, type JobDefinition} from "./define.js";
export {saidNumber} from "./more.js";
export {ownBaseIsOther} from "./ownBaseIsOther.js";
export {isMadeFrom, recordFiles, storedModel} from "./record.js";
export type {JobService} from "./service.js";
export {openService, type ServiceSettings} from "./services/index.js";
export {logOf, statusText} from "./statusText.js";
export {type JobPlan, noteJob, startJob} from "./submit.js";
export {
  type JobFile,
  jobFormat,
  type NamedJob,
  trainingFiles,
  type TrainingFileOptions,
  trainingSettings
} from "./trainingFiles.js";

export {cancelJob, findJob, knownJob, lastStatus, lookAt, type Looked, watchJob} from "./watch.js";
export {collectJob, parentsOfJob, trainingOfExport, trainingOfJob} from "./collect.js";
export {checkJob, type Job, job, type JobDefinition} from "./define.js";
export {recordFiles, storedModel} from "./record.js";
export type {JobService} from "./service.js";
export {openService, type ServiceSettings} from "./services/index.js";
export {logOf, statusText} from "./statusText.js";
export {type JobPlan, noteJob, startJob} from "./submit.js";

export {cancelJob, findJob, lastStatus, lookAt, type Looked, watchJob, type WatchOptions} from "./watch.js";
export {collectJob, trainingOfExport, trainingOfJob} from "./collect.js";
export {type Job, job, type JobDefinition, type JobTraining} from "./define.js";
export {type MadeElsewhere, recordFiles, storedModel} from "./record.js";
export {type JobLook, type JobResult, type JobService} from "./service.js";
export {openService, type ServiceSettings} from "./services/index.js";
export {type JobPlan, noteJob, startJob, type SubmitOptions} from "./submit.js";

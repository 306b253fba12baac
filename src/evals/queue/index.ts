export {queueAddress, type QueueAddress} from "./address.js";
export {openQueueLink, queueExecutor, type QueueLink} from "./queueExecutor.js";
export {createSealing, type Sealing} from "./sealing.js";
export {type RunningWorker, startWorker, type WorkerOptions} from "./worker.js";
export {
  drainQueue,
  type LaneStatus,
  pauseQueue,
  type QueueStatus,
  queueStatus,
  resumeQueue,
  retryQueue
} from "./operations.js";

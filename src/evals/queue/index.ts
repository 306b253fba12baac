/**
 * Makes a run's calls on several machines, through a Valkey or Redis server and BullMQ.
 * In: the requests of a run, and the endpoints that its eval states (`queueExecutor`); the same endpoints with their keys
 * on each worker (`startWorker`). Out: the outcomes, as any executor of the runner gives them.
 * It plans, journals, scores and seals nothing, and sends no endpoint's key to the server.
 */
export {queueAddress, type QueueAddress} from "./address.js";
export {queueExecutor} from "./coordinator/queueExecutor.js";
export {
  drainQueue,
  type EndpointQueueStatus,
  pauseQueue,
  type QueueStatus,
  queueStatus,
  resumeQueue,
  retryQueue
} from "./operations.js";
export type {PeerVersion} from "./peers.js";
export {PROTOCOL} from "./protocol.js";
export {createSealing, type QueueSealing} from "./sealing.js";
export {openQueueLink, type QueueLink} from "./server/queueLink.js";
export {type RunningWorker, startWorker, type WorkerOptions} from "./worker/worker.js";

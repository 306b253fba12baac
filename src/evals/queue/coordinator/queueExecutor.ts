import {randomBytes} from "node:crypto";
import {hostname} from "node:os";
import {type Endpoint, isRemote} from "../../../inference/endpoints/index.js";
import {createPool, type CreateExecutor, type ExecutedRun, type Executor} from "../../runner/index.js";
import {UserError} from "../../../base/validation/index.js";
import {hashJson} from "../../../base/system/index.js";
import {currentTrace} from "../../../inference/telemetry/index.js";
import type {QueueLink} from "../server/queueLink.js";
import {QueueRun} from "./queueRun.js";
import {splitExecutor} from "./splitExecutor.js";
import {WorkerChannel} from "./workerChannel.js";

/**
 * The executor that leaves calls to the workers of a queue. Calls of endpoints that workers cannot reach, such as models
 * in this process, are made here.
 * @param reached the endpoints that the eval's file states: workers find them by name
 * @param most calls in flight for each endpoint over all workers; the run's own number when absent
 */
export function queueExecutor(
  link: QueueLink,
  reached: ReadonlySet<Endpoint>,
  {most}: {most?: number} = {}
): CreateExecutor {
  return (setup) => {
    const {endpoints, run, outage} = setup;
    refuseUnsealed(link, run);
    const runId = serverRunId(run);
    const queued: Executor = {
      execute: (requests, options = {}) =>
        new QueueRun(requests, {
          ...options,
          endpoints,
          concurrency: most ?? setup.concurrency,
          outage,
          trace: currentTrace(),
          channel: new WorkerChannel({...link, run: runId, onNote: outage?.onMessage})
        })
    };
    const isQueued = ({candidate}: {candidate: string}) => workersReach(endpoints.get(candidate), reached);
    if ([...endpoints.keys()].every((candidate) => isQueued({candidate}))) return queued;
    const here = new Map([...endpoints].filter(([candidate]) => !isQueued({candidate})));
    return splitExecutor(isQueued, queued, createPool({...setup, endpoints: here}));
  };
}

const workersReach = (endpoint: Endpoint | undefined, reached: ReadonlySet<Endpoint>) =>
  endpoint !== undefined && isRemote(endpoint) && reached.has(endpoint);

function refuseUnsealed({sealing, shown}: QueueLink, run: ExecutedRun | undefined): void {
  if (run?.sensitivity !== "personal" || sealing.keyprint) return;
  throw new UserError(
    `the dataset is of sensitivity "personal", and its rows do not go to ${shown} in the clear. Make a key with \`openssl rand -base64 32\`, and set ASSAY_QUEUE_KEY to it here and for every worker.`
  );
}

/** The same for each start of a run in one store on one machine, so that it finds what an earlier one has left. */
function serverRunId(run: ExecutedRun | undefined): string {
  if (!run) return randomBytes(8).toString("hex");
  return hashJson([run.id, run.store, hostname()]).slice(0, 16);
}

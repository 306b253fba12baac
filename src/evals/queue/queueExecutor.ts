import {randomBytes} from "node:crypto";
import {hostname} from "node:os";
import {type Endpoint, isRemote} from "../../inference/endpoints/index.js";
import {createPool, type CreateExecutor, type ExecutedRun, type Executor} from "../runner/index.js";
import {UserError} from "../../base/validation/index.js";
import {hashJson} from "../../base/system/index.js";
import {currentTrace} from "../../inference/telemetry/index.js";
import type {QueueAddress} from "./address.js";
import {createCoordination} from "./coordination.js";
import {QueueRun} from "./queueRun.js";
import {connect, type Redis} from "./redis.js";
import {createSealing, type Sealing} from "./sealing.js";
import {splitExecutor} from "./splitExecutor.js";

/** A queue that runs can be coordinated through. */
export interface QueueLink {
  redis: Redis;
  sealing: Sealing;
  /** The server's address without its password. */
  shown: string;
  close(): void;
}

export interface QueueLinkOptions {
  /** What ASSAY_QUEUE_KEY holds. */
  key?: string;
  onMessage?(message: string): void;
}

/** A server that is away is waited for so long. */
const ANSWER_MS = 300_000;

/** Throws UserError when the server is not reached, or the key is none. */
export async function openQueueLink(
  address: QueueAddress,
  {key, onMessage = () => undefined}: QueueLinkOptions = {}
): Promise<QueueLink> {
  const sealing = createSealing(key);
  const redis = await connect(address, onMessage, ANSWER_MS);
  return {redis, sealing, shown: address.shown, close: () => redis.disconnect()};
}

/**
 * The executor that leaves calls to the workers of a queue. Calls of endpoints that workers cannot reach, such as models
 * in this process, are made here.
 * @param reached what workers know by name: the endpoints that the eval's file states
 * @param most calls in flight for each endpoint over all workers; what the run says when absent
 */
export function queueExecutor(
  link: QueueLink,
  reached: ReadonlySet<Endpoint>,
  {most}: {most?: number} = {}
): CreateExecutor {
  return (setup) => {
    const {endpoints, run, outage} = setup;
    refuseUnsealed(link, run);
    const scope = scopeOf(run);
    const queued: Executor = {
      execute: (requests, options = {}) =>
        new QueueRun(requests, {
          ...options,
          endpoints,
          concurrency: most ?? setup.concurrency,
          outage,
          trace: currentTrace(),
          coordination: createCoordination({...link, scope, onMessage: outage?.onMessage})
        })
    };
    const goes = ({candidate}: {candidate: string}) => isQueued(endpoints.get(candidate), reached);
    if ([...endpoints.keys()].every((candidate) => goes({candidate}))) return queued;
    const here = new Map([...endpoints].filter(([candidate]) => !goes({candidate})));
    return splitExecutor(goes, queued, createPool({...setup, endpoints: here}));
  };
}

const isQueued = (endpoint: Endpoint | undefined, reached: ReadonlySet<Endpoint>) =>
  endpoint !== undefined && isRemote(endpoint) && reached.has(endpoint);

function refuseUnsealed({sealing, shown}: QueueLink, run: ExecutedRun | undefined): void {
  if (run?.sensitivity !== "personal" || sealing.keyprint) return;
  throw new UserError(
    `the dataset is of sensitivity "personal", and its rows do not go to ${shown} in the clear. Make a key with \`openssl rand -base64 32\`, and set ASSAY_QUEUE_KEY to it here and for every worker.`
  );
}

/** The same for each start of a run in one store on one machine, so that it finds what an earlier one has left. */
function scopeOf(run: ExecutedRun | undefined): string {
  if (!run) return randomBytes(8).toString("hex");
  return hashJson([run.id, run.store, hostname()]).slice(0, 16);
}

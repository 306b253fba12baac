import {randomBytes} from "node:crypto";
import {setTimeout as sleep} from "node:timers/promises";
import type {Endpoint} from "../../../inference/endpoints/index.js";
import type {UserError} from "../../../base/validation/index.js";
import type {QueueAddress} from "../address.js";
import {QUEUES} from "../keys.js";
import {PeerEntry, type PeerVersion, refusalOfWorker} from "../peers.js";
import type {QueueSealing} from "../sealing.js";
import {connect, type Redis} from "../server/redis.js";
import {queueServerError} from "../server/serverError.js";
import {CoordinatorChannel} from "./coordinatorChannel.js";
import {EndpointWorker} from "./endpointWorker.js";
import {Heartbeat} from "./heartbeat.js";
import {workerQueues} from "./workerQueues.js";

export interface WorkerOptions {
  /** Endpoints that it can call, with the models asked of each. */
  reached: readonly {endpoint: Endpoint; model: string}[];
  /** `-j`: the most calls in flight for each endpoint. */
  concurrency: number;
  sealing: QueueSealing;
  /** A worker that is silent for so long loses its jobs to others, in milliseconds. Default 15,000. */
  lockMs?: number;
  /** Protocol and release of this process; the protocol of this code, and no release, when absent. */
  version?: PeerVersion;
  onMessage?(message: string): void;
}

export interface RunningWorker {
  /** Names of the endpoints that it takes calls for. */
  readonly endpoints: readonly string[];
  /** Calls begun since its start. */
  readonly calls: number;
  /** Calls that wait, are in flight, or whose outcome was not received yet. */
  readonly open: number;
  /** Resolves when the runs on its queues have another protocol: it is then to be closed. */
  readonly refused: Promise<UserError>;
  /** Returns what has not begun, waits for the calls in flight and leaves. */
  close(): Promise<void>;
  /** Stops the calls in flight. */
  stop(): void;
}

const LOCK_MS = 15_000;
/** Whatever a worker asks of the server, it asks again. */
const ANSWER_MS = 10_000;
/** How long a worker whose outcomes are all written waits for a server that may be away. */
const LEAVE_MS = 1000;

/**
 * Takes calls from the queues of endpoints and makes them, until it is closed. Keys are read from this process's
 * environment. Throws UserError when the server is not reached, when there is no endpoint that it can call, or when the
 * runs on its queues have another protocol.
 */
export async function startWorker(address: QueueAddress, options: WorkerOptions): Promise<RunningWorker> {
  const queues = await workerQueues(options);
  const redis = await connect(address, options.onMessage ?? (() => undefined), ANSWER_MS);
  const worker = new QueueWorker(redis, address, queues, options);
  try {
    await worker.start();
    return worker;
  } catch (error) {
    // An open connection would keep the process.
    await worker.close();
    throw queueServerError(error, address.shown);
  }
}

class QueueWorker implements RunningWorker {
  readonly endpoints: readonly string[];
  readonly refused: Promise<UserError>;
  calls = 0;
  private readonly id = `w${randomBytes(6).toString("hex")}`;
  private readonly workers: EndpointWorker[] = [];
  private readonly jobs: Redis;
  private readonly channel: CoordinatorChannel;
  private readonly heartbeat: Heartbeat;
  private readonly peer: PeerEntry;
  private refuse: (why: UserError) => void = () => undefined;
  private isRefused = false;

  constructor(
    private readonly redis: Redis,
    private readonly address: QueueAddress,
    private readonly queues: ReadonlyMap<string, Endpoint>,
    private readonly options: WorkerOptions
  ) {
    this.endpoints = [...new Set([...queues.values()].map(({name}) => name))];
    this.refused = new Promise((resolve) => (this.refuse = resolve));
    // BullMQ adds a hundred scripts to its connection, which every pipeline of that connection pays for.
    this.jobs = this.duplicate();
    this.channel = new CoordinatorChannel({
      redis,
      sealing: options.sealing,
      subscriber: this.duplicate(),
      onAbort: (run) => this.workers.forEach((worker) => worker.abort(run)),
      onRecalled: () => this.workers.forEach((worker) => worker.refresh())
    });
    this.peer = new PeerEntry(redis, "worker", this.id, options.version);
    this.heartbeat = new Heartbeat({
      redis,
      worker: this.id,
      queues: [...queues.keys()],
      held: () => this.workers.flatMap(({held}) => held),
      onBeat: async () => {
        await this.channel.reconcile();
        const refusal = await this.refusal();
        if (refusal) this.refuse(refusal);
      }
    });
  }

  /** Throws UserError when it is refused. */
  async start(): Promise<void> {
    const refusal = await this.refusal();
    if (refusal) throw refusal;
    for (const [queue, endpoint] of this.queues) {
      await this.redis.call("HSET", QUEUES, queue, endpoint.name);
      this.workers.push(await this.openEndpoint(queue, endpoint));
    }
    await this.heartbeat.beat();
    this.heartbeat.start();
  }

  get open(): number {
    return this.workers.reduce((sum, {open}) => sum + open, 0);
  }

  stop(): void {
    for (const worker of this.workers) worker.abort();
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close()));
    this.heartbeat.stop();
    await this.channel.close();
    // Without an answer its silence says the same.
    await Promise.race([this.leave().catch(() => undefined), sleep(LEAVE_MS)]);
    this.jobs.disconnect();
    this.redis.disconnect();
  }

  private openEndpoint(queue: string, endpoint: Endpoint): Promise<EndpointWorker> {
    const {concurrency, sealing, lockMs = LOCK_MS, onMessage = () => undefined} = this.options;
    return EndpointWorker.open({
      redis: this.redis,
      jobs: this.jobs,
      worker: this.id,
      queue,
      endpoint,
      concurrency,
      sealing,
      channel: this.channel,
      lockMs,
      onCall: () => void this.calls++,
      onMessage
    });
  }

  private async refusal(): Promise<UserError | undefined> {
    const coordinators = await this.peer.announce([...this.queues.keys()]);
    const refusal = refusalOfWorker(this.peer, coordinators, this.address.shown);
    this.isRefused = refusal !== undefined;
    return refusal;
  }

  private async leave(): Promise<void> {
    await this.heartbeat.leave();
    // The coordinator that refuses it finds it among the peers, and says so.
    if (!this.isRefused) await this.peer.leave();
  }

  private duplicate(): Redis {
    return this.redis.duplicate().on("error", () => undefined);
  }
}

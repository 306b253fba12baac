import {randomBytes} from "node:crypto";
import {setTimeout as sleep} from "node:timers/promises";
import type {Worker} from "bullmq";
import type {Endpoint} from "../../../inference/endpoints/index.js";
import type {CallRequest} from "../../runner/index.js";
import {messageOf} from "../../../base/validation/index.js";
import {claimsKey, requestsKey} from "../keys.js";
import {checkRequests, type CallJobData} from "../protocol.js";
import type {QueueSealing} from "../sealing.js";
import {openJobSource, type QueueJob} from "../server/jobQueue.js";
import type {Redis} from "../server/redis.js";
import type {CoordinatorChannel} from "./coordinatorChannel.js";
import {EndpointCalls} from "./endpointCalls.js";
import {Slots} from "./slots.js";

export interface EndpointWorkerSetup {
  redis: Redis;
  /** BullMQ's connection; it opens another from it. */
  jobs: Redis;
  worker: string;
  queue: string;
  endpoint: Endpoint;
  /** The most calls in flight. */
  concurrency: number;
  sealing: QueueSealing;
  channel: CoordinatorChannel;
  /** A job whose worker is silent for so long is given to another. */
  lockMs: number;
  onCall(): void;
  onMessage(text: string): void;
}

/** How long a worker waits before it looks for jobs again; twice as long each time that it finds none. */
const IDLE_MS = 5;
const LONGEST_IDLE_MS = 100;
const CLOSE_MS = 2000;

/** A worker's part for one endpoint: takes jobs from its queue while it has slots for more calls, and completes them. */
export class EndpointWorker {
  private readonly slots: Slots;
  private readonly calls: EndpointCalls;
  private readonly jobs = new Map<string, {job: QueueJob; token: string}>();
  private isClosing = false;
  /** Jobs whose requests are being fetched: how many calls they hold is not known yet. */
  private fetching = 0;
  private wake: (() => void) | undefined;
  private readonly locks: NodeJS.Timeout;
  private readonly taking: Promise<void>;

  private constructor(
    private readonly setup: EndpointWorkerSetup,
    private readonly source: Worker<CallJobData>
  ) {
    const {redis, worker, queue, endpoint, concurrency, channel, onCall, onMessage, lockMs} = setup;
    this.slots = new Slots({redis, worker, queue, most: concurrency});
    const onChange = () => this.wake?.();
    this.calls = new EndpointCalls({endpoint, slots: this.slots, channel, onCall, onMessage, onChange});
    this.locks = setInterval(() => this.keepLocks(), Math.ceil(lockMs / 3));
    this.taking = this.takeJobs();
  }

  static async open(setup: EndpointWorkerSetup): Promise<EndpointWorker> {
    return new EndpointWorker(setup, await openJobSource(setup.jobs, setup.queue, setup.lockMs));
  }

  /** Stops the calls in flight of a run, or of all runs. */
  abort(run?: string): void {
    this.calls.abort(run);
    this.slots.refresh();
  }

  /** Returns calls whose generation was recalled. */
  refresh(): void {
    this.slots.refresh();
  }

  /** The claims of the calls that hold a slot. */
  get held(): readonly string[] {
    return this.slots.held;
  }

  /** Calls that wait, or whose outcome was not acknowledged yet. */
  get open(): number {
    return this.slots.open;
  }

  /** Returns what has not begun, and waits for calls in flight. */
  async close(): Promise<void> {
    this.isClosing = true;
    this.slots.stop();
    this.wake?.();
    // It may be asking a server that is away.
    await Promise.race([this.taking, sleep(CLOSE_MS)]);
    while (this.jobs.size > 0) await this.woken();
    await this.source.close(true);
    clearInterval(this.locks);
  }

  private async takeJobs(): Promise<void> {
    let idleMs = IDLE_MS;
    while (!this.isClosing) {
      // Calls that are not counted yet may fill all slots: others would idle while this worker took job after job.
      if (this.fetching > 0 || this.slots.waiting >= this.setup.concurrency) {
        await this.woken();
        continue;
      }
      const token = randomBytes(8).toString("hex");
      // BullMQ's own waiting may never end when its connection is lost again while it is being restored.
      const job = (await this.source.getNextJob(token, {block: false}).catch(() => undefined)) as
        QueueJob | undefined;
      if (job) void (job.deferredFailure === undefined ? this.work(job, token) : fail(job, token));
      else await this.woken(idleMs);
      idleMs = job ? IDLE_MS : Math.min(2 * idleMs, LONGEST_IDLE_MS);
    }
  }

  /** Resolves with the next `wake`, or after so many milliseconds. */
  private async woken(afterMs?: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      if (afterMs !== undefined) timer = setTimeout(resolve, afterMs);
    });
    clearTimeout(timer);
  }

  private keepLocks(): void {
    for (const {job, token} of this.jobs.values())
      job.extendLock(token, this.setup.lockMs).catch(() => undefined);
  }

  private async work(job: QueueJob, token: string): Promise<void> {
    this.jobs.set(job.id!, {job, token});
    try {
      await Promise.all(await this.calledOf(job));
      await this.complete(job, token);
    } catch {
      // Its lock was lost, or the server: whoever has it now ends it.
    }
    this.jobs.delete(job.id!);
    this.wake?.();
  }

  /** Fetches the requests of a job and has each called. */
  private async calledOf(job: QueueJob): Promise<Promise<void>[]> {
    this.fetching++;
    try {
      await this.setup.channel.listen(job.data.run);
      const requests = await this.requestsOf(job);
      return requests.map((request, position) => this.calls.done(job.id!, job.data, request, position));
    } finally {
      this.fetching--;
      this.wake?.();
    }
  }

  /** None when they cannot be had: the coordinator sends them again. */
  private async requestsOf({id, data}: QueueJob): Promise<CallRequest[]> {
    const {redis, channel, sealing} = this.setup;
    const sealed = (await redis.call("GET", requestsKey(id!))) as string | null;
    try {
      if (sealed === null) throw new Error("its requests have expired");
      return checkRequests(sealing.open(sealed, id!));
    } catch (error) {
      channel.send(data.run, {type: "unreadable", job: id!, reason: messageOf(error)});
      return [];
    }
  }

  private async complete(job: QueueJob, token: string): Promise<void> {
    const {redis, channel} = this.setup;
    await channel.written();
    await job.moveToCompleted("", token, false);
    await redis.call("DEL", requestsKey(job.id!));
    // A worker that has lost the job, and has not noticed, still finds there what has ended.
    await redis.call("EXPIRE", claimsKey(job.id!), 600);
  }
}

/** A job that too many workers died of: BullMQ's own loop, which is not used here, would mark it as failed. */
async function fail(job: QueueJob, token: string): Promise<void> {
  // Without an answer the job stalls once more, and the next worker that takes it does this.
  await job.moveToFailed(new Error(job.deferredFailure), token, false).catch(() => undefined);
}

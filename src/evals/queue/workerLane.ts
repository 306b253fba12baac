import {randomBytes} from "node:crypto";
import {setTimeout as sleep} from "node:timers/promises";
import type {Worker} from "bullmq";
import type {Endpoint} from "../../inference/endpoints/index.js";
import {type CallOutcome, type CallRequest, refusalOf} from "../runner/index.js";
import {messageOf} from "../../base/validation/index.js";
import {Passing} from "../../base/system/passing.js";
import {openJobs, type QueueJob} from "./jobs.js";
import {makeCall} from "./makeCall.js";
import {bodyKey, marksKey} from "./names.js";
import {createPlaces, type Places} from "./places.js";
import {type JobBody, type JobData, readBody, sessionOf} from "./protocol.js";
import type {Redis} from "./redis.js";
import type {Sealing} from "./sealing.js";
import type {Telling} from "./telling.js";

export interface LaneSetup {
  redis: Redis;
  /** BullMQ's connection; it opens another from it. */
  jobs: Redis;
  worker: string;
  lane: string;
  endpoint: Endpoint;
  /** The most calls in flight. */
  concurrency: number;
  sealing: Sealing;
  telling: Telling;
  /** A job whose worker was not heard of for so long is given to another. */
  lockMs: number;
  onCall(): void;
  onMessage(message: string): void;
}

/** How long a worker waits before it looks for jobs again; twice as long each time that it finds none. */
const IDLE_MS = 5;
const LONGEST_IDLE_MS = 100;
const CLOSE_MS = 2000;

/** What a worker does for one endpoint: it takes jobs while it has places for more calls, and makes their calls. */
export class WorkerLane {
  private readonly places: Places;
  private readonly jobs = new Map<string, {job: QueueJob; token: string}>();
  private readonly calls = new Passing<{scope: string; abort: AbortController}>();
  /** Starts of runs whose calls the endpoint refused this worker's key for. */
  private readonly refusedIn = new Set<string>();
  private hasAnswered = false;
  private stopping = false;
  /** Jobs whose requests are being fetched: how many calls they hold is not known yet. */
  private fetching = 0;
  private wake: (() => void) | undefined;
  private locks: NodeJS.Timeout | undefined;
  private readonly ending: Promise<void>;

  constructor(
    private readonly setup: LaneSetup,
    private readonly source: Worker<JobData>
  ) {
    this.places = createPlaces(setup.redis, setup.worker, setup.lane, setup.concurrency);
    this.locks = setInterval(() => this.keepLocks(), Math.ceil(setup.lockMs / 3));
    this.ending = this.takeJobs();
  }

  static async open(setup: LaneSetup): Promise<WorkerLane> {
    return new WorkerLane(setup, await openJobs(setup.jobs, setup.lane, setup.lockMs));
  }

  /** Stops calls of a run that are in flight, or of all runs. */
  abort(scope?: string): void {
    this.calls.forEach((call) => {
      if (scope === undefined || call.scope === scope) call.abort.abort();
    });
    this.places.look();
  }

  look(): void {
    this.places.look();
  }

  get making(): readonly string[] {
    return this.places.making;
  }

  /** Calls whose outcome nobody has received yet, or that wait. */
  get open(): number {
    return this.places.open;
  }

  /** Gives back what has not begun and waits for calls in flight. */
  async close(): Promise<void> {
    this.stopping = true;
    this.places.stop();
    this.wake?.();
    // It may be asking a server that is away.
    await Promise.race([this.ending, sleep(CLOSE_MS)]);
    while (this.jobs.size > 0) await this.woken();
    await this.source.close(true);
    clearInterval(this.locks);
  }

  private async takeJobs(): Promise<void> {
    let idleMs = IDLE_MS;
    while (!this.stopping) {
      // What is not counted yet may fill all places: others would idle while this worker took job after job.
      if (this.fetching > 0 || this.places.waiting >= this.setup.concurrency) {
        await this.woken();
        continue;
      }
      const token = randomBytes(8).toString("hex");
      // BullMQ's own waiting may never end when its connection is lost again while it is being restored.
      const job = (await this.source.getNextJob(token, {block: false}).catch(() => undefined)) as
        QueueJob | undefined;
      if (job) void (job.deferredFailure === undefined ? this.make(job, token) : fail(job, token));
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

  private async make(job: QueueJob, token: string): Promise<void> {
    const id = job.id!;
    this.jobs.set(id, {job, token});
    this.fetching++;
    let entered = () => {
      entered = () => undefined;
      this.fetching--;
      this.wake?.();
    };
    try {
      await this.setup.telling.hear(job.data.scope);
      const requests = await this.requestsOf(job);
      const calls = requests.map((request, place) => this.one(job, request, place));
      entered();
      await Promise.all(calls);
      await this.setup.telling.written();
      await job.moveToCompleted("", token, false);
      await this.setup.redis.call("DEL", bodyKey(id));
      // A worker that lost the job, and does not know it yet, finds there what has ended.
      await this.setup.redis.call("EXPIRE", marksKey(id), 600);
    } catch {
      // Its lock was lost, or the server: whoever has it now ends it.
    }
    entered();
    this.jobs.delete(id);
    this.wake?.();
  }

  /** None, and the coordinator is told, when they cannot be had. */
  private async requestsOf({id, data}: QueueJob): Promise<JobBody> {
    const {redis, telling, sealing} = this.setup;
    const body = (await redis.call("GET", bodyKey(id!))) as string | null;
    try {
      if (body === null) throw new Error("its requests have expired");
      return readBody(sealing.open(body, id!));
    } catch (error) {
      telling.tell(data.scope, {unreadable: id!, why: messageOf(error)});
      return [];
    }
  }

  /** Resolves when the request is done with. */
  private one({id, data}: QueueJob, request: CallRequest, place: number): Promise<void> {
    const marks = marksKey(id!);
    const {telling} = this.setup;
    return new Promise<void>((resolve) =>
      this.places.ask({
        job: data,
        tokens: request.estimateTokens,
        marks,
        place,
        start: (begun) => {
          void this.call(data, request, begun).then((outcome) => {
            this.wake?.();
            telling.ended(data, outcome, {
              marks,
              place,
              received: () => {
                this.places.release(data, {marks, place});
                this.wake?.();
              }
            });
            resolve();
          });
          this.wake?.();
        },
        recall: () => {
          telling.tell(data.scope, {back: [request.key], job: id!});
          resolve();
        },
        made: resolve
      })
    );
  }

  private async call(job: JobData, request: CallRequest, begun: boolean): Promise<CallOutcome> {
    const {endpoint, telling, onCall} = this.setup;
    const call = {scope: job.scope, abort: new AbortController()};
    const number = this.calls.add(call);
    try {
      const outcome = await makeCall(
        {job, request, begun, signal: call.abort.signal},
        {endpoint, places: this.places, telling, onCall}
      );
      return this.withKeysOwner(job, outcome);
    } finally {
      this.calls.remove(number);
    }
  }

  /** Of a key that is refused its worker tells, once for each start of a run: the run stops, and cannot know whose it is. */
  private withKeysOwner({generation}: JobData, outcome: CallOutcome): CallOutcome {
    const {completion, error} = outcome;
    if (completion) this.hasAnswered = true;
    const refusal = refusalOf(this.setup.endpoint.name, error, this.hasAnswered);
    if (!error || refusal === undefined) return outcome;
    const session = sessionOf(generation);
    if (!this.refusedIn.has(session)) this.setup.onMessage(refusal);
    this.refusedIn.add(session);
    return {
      ...outcome,
      error: {...error, message: `${error.message} It is the key of a worker, whose output says so.`}
    };
  }
}

/** BullMQ's own loop does so, which this worker does not use: it notes on a job that too many workers died of it. */
async function fail(job: QueueJob, token: string): Promise<void> {
  // Without an answer the job stalls once more, and the next worker that takes it does this.
  await job.moveToFailed(new Error(job.deferredFailure), token, false).catch(() => undefined);
}

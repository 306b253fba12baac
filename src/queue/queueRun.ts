import type {Queue} from "bullmq";
import {type Endpoint, isRemote} from "../endpoints/index.js";
import {
  type CallError,
  type CallOutcome,
  type CallRequest,
  createOutageGuard,
  type ExecuteOptions,
  type OutageGuard,
  type OutageSettings
} from "../runner/index.js";
import type {Coordination} from "./coordination.js";
import {openQueue} from "./jobs.js";
import {laneOf} from "./lane.js";
import type {JobData, Told} from "./protocol.js";

export interface QueueRunSetup extends ExecuteOptions {
  endpoints: ReadonlyMap<string, Endpoint>;
  /** The most calls in flight for each endpoint, over all workers. */
  concurrency: number;
  outage?: OutageSettings;
  coordination: Coordination;
}

/** The most requests of a job. */
const MOST_IN_JOB = 50;
/** Requests that wait at workers beside those in flight. */
const SPARE = 64;
/** How long a job waits to be filled. */
const GATHER_MS = 3;
const SWEEP_MS = 2000;
/** A run without workers says so after this. */
const NO_WORKER_MS = 5000;
const ABORT_MS = 3000;
const GIVE_UP_MS = 300_000;

interface Lane {
  name: string;
  endpoint: Endpoint;
  queue: Queue<JobData>;
  guard: OutageGuard;
  /** Counts recalls: what an older generation sent is given back. */
  recalls: number;
  gathered: Open[];
  timer?: NodeJS.Timeout;
  sizes: number;
  lonelySince?: number;
  told?: boolean;
}

/** A request that was taken, and whose outcome was not received. */
interface Open {
  request: CallRequest;
  lane?: Lane;
  job?: string;
  probe: boolean;
  /** A call was made, and failed by an outage. */
  failed?: CallError;
  ended?: boolean;
}

interface SentJob {
  lane: Lane;
  keys: Set<string>;
  /** Sweeps that found nothing of it. */
  missed: number;
  at: number;
  told?: boolean;
}

/** One stream of requests on its way through the queue. */
export class QueueRun implements AsyncIterableIterator<readonly CallOutcome[]> {
  private readonly source: AsyncIterator<CallRequest>;
  private readonly open = new Map<string, Open>();
  private readonly lanes = new Map<string, Promise<Lane>>();
  private readonly opened: Lane[] = [];
  private readonly jobs = new Map<string, SentJob>();
  private readonly most: number;
  private sourceEnded = false;
  private draining = false;
  private begun = false;
  private closed = false;
  private ended: CallOutcome[] = [];
  /** Keys of the batch given out last. */
  private given: string[] = [];
  private failure: {error: unknown} | undefined;
  private wakeReader: (() => void) | undefined;
  private wakeTaker: (() => void) | undefined;
  private timers: NodeJS.Timeout[] = [];
  private serial = 0;
  private readonly onSignal = () => this.drain();
  private readonly onAbort = () => this.abort();

  constructor(
    requests: AsyncIterable<CallRequest>,
    private readonly setup: QueueRunSetup
  ) {
    this.source = requests[Symbol.asyncIterator]();
    const names = new Set([...setup.endpoints.values()].map(({name}) => name));
    this.most = 2 * setup.concurrency * names.size + SPARE;
    setup.signal?.addEventListener("abort", this.onSignal);
    setup.abortSignal?.addEventListener("abort", this.onAbort);
    if (setup.abortSignal?.aborted) this.abort();
    else if (setup.signal?.aborted) this.drain();
    void this.begin();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<readonly CallOutcome[]>> {
    this.received();
    await new Promise(setImmediate);
    while (this.ended.length === 0 && !this.finished)
      await new Promise<void>((resolve) => (this.wakeReader = resolve));
    if (this.ended.length > 0) return {done: false, value: this.give()};
    await this.close();
    if (this.failure) throw this.failure.error;
    return {done: true, value: undefined};
  }

  async return(): Promise<IteratorResult<readonly CallOutcome[]>> {
    this.drain();
    this.received();
    while (!this.finished) {
      if (this.ended.length === 0) await new Promise<void>((resolve) => (this.wakeReader = resolve));
      this.give();
      this.received();
    }
    await this.close();
    return {done: true, value: undefined};
  }

  private give(): readonly CallOutcome[] {
    const batch = this.ended;
    this.ended = [];
    this.given = batch.map(({key}) => key);
    return batch;
  }

  private get finished(): boolean {
    return this.begun && this.sourceEnded && this.open.size === 0;
  }

  private async begin(): Promise<void> {
    const {coordination} = this.setup;
    try {
      if (!this.draining)
        await coordination.begin({
          told: (told) => this.hear(told),
          ended: (outcomes) => this.takeIn(outcomes),
          lost: (why) => this.fail(new Error(why))
        });
      this.begun = true;
      this.timers.push(setInterval(() => void this.sweep().catch(() => undefined), SWEEP_MS));
      await this.take();
    } catch (error) {
      this.begun = true;
      this.fail(error);
    }
    this.source.return?.()?.catch(() => undefined);
    this.sourceEnded = true;
    this.wakeReader?.();
  }

  private fail(error: unknown): void {
    this.failure ??= {error};
    this.drain();
  }

  private async take(): Promise<void> {
    while (!this.draining) {
      if (this.open.size >= this.most) {
        await new Promise<void>((resolve) => (this.wakeTaker = resolve));
        continue;
      }
      const next = await this.source.next();
      if (next.done || this.draining) break;
      const one: Open = {request: next.value, probe: false};
      this.open.set(next.value.key, one);
      const kept = await this.setup.coordination.kept(next.value.key);
      if (kept) this.takeIn([kept]);
      else void this.enter(one);
    }
  }

  private async laneFor({candidate, model}: CallRequest): Promise<Lane> {
    const endpoint = this.setup.endpoints.get(candidate);
    if (!endpoint) throw new Error(`no endpoint is known for the candidate "${candidate}"`);
    const name = await laneOf(endpoint, model, this.setup.coordination.sealing);
    let lane = this.lanes.get(name);
    if (!lane) this.lanes.set(name, (lane = this.openLane(name, endpoint)));
    return lane;
  }

  private async openLane(name: string, endpoint: Endpoint): Promise<Lane> {
    const {coordination, outage, concurrency} = this.setup;
    const guard = createOutageGuard(endpoint.name, {
      ...outage,
      // What waits at workers comes back, and goes on when the endpoint does.
      onPause: () => this.recall(lane),
      onGiveUp: (reason) => {
        outage?.onGiveUp?.(reason);
        this.drain();
        coordination.say({abort: true});
        this.timers.push(setTimeout(() => this.endAll(lane), ABORT_MS));
      }
    });
    const queue = await openQueue(coordination.redis, name);
    const lane: Lane = {
      name,
      endpoint,
      queue,
      guard,
      recalls: 0,
      gathered: [],
      sizes: Math.min(MOST_IN_JOB, Math.max(1, Math.ceil((2 * concurrency + SPARE) / 8)))
    };
    this.opened.push(lane);
    coordination.setGeneration(name, 0, endpoint.name);
    if (this.draining) guard.stop();
    return lane;
  }

  /** Sends a request when its endpoint may be called. */
  private async enter(one: Open): Promise<void> {
    const {request} = one;
    one.job = undefined;
    try {
      const lane = (one.lane ??= await this.laneFor(request));
      if (this.draining && !one.failed) return this.leave(one);
      one.probe = await lane.guard.pass();
      if (this.draining) return this.stopped(one);
      if (one.failed && !(await this.mayGoAgain(request, one.failed))) return this.stopped(one);
      if (one.probe) return await this.send(lane, [one]);
      lane.gathered.push(one);
      if (lane.gathered.length >= lane.sizes) await this.flush(lane);
      else
        lane.timer ??= setTimeout(() => void this.flush(lane).catch((error) => this.fail(error)), GATHER_MS);
    } catch (error) {
      if ((error as {kind?: string}).kind === "aborted") this.stopped(one);
      else {
        this.fail(error);
        this.leave(one);
      }
    }
  }

  private async flush(lane: Lane): Promise<void> {
    clearTimeout(lane.timer);
    lane.timer = undefined;
    const gathered = lane.gathered;
    lane.gathered = [];
    if (this.draining) for (const one of gathered) this.leave(one);
    else if (gathered.length > 0) await this.send(lane, gathered);
  }

  private async send(lane: Lane, sent: Open[]): Promise<void> {
    const {coordination, concurrency, mayRetry} = this.setup;
    const id = `${coordination.scope}-${coordination.session}-${this.serial++}`;
    for (const one of sent) one.job = id;
    const keys = new Set(sent.map(({request}) => request.key));
    this.jobs.set(id, {lane, keys, missed: 0, at: performance.now()});
    const {limits} = lane.endpoint;
    await coordination.keepBody(
      id,
      sent.map(({request}) => request)
    );
    await lane.queue.add(
      "calls",
      {
        scope: coordination.scope,
        generation: `${coordination.session}:${lane.recalls}`,
        most: concurrency,
        limits: limits ?? {},
        adaptive: isRemote(lane.endpoint),
        asks: mayRetry !== undefined,
        probe: sent[0]!.probe || undefined
      },
      {jobId: id, lifo: sent[0]!.probe}
    );
    if (this.draining) await this.takeBack(id);
  }

  private hear(told: Told): void {
    if ("back" in told) this.givenBack(told.back, told.job);
    else if ("question" in told) void this.answer(told);
    else if ("unreadable" in told) this.again(told.unreadable);
    else if ("drain" in told) {
      this.setup.outage?.onGiveUp?.(told.drain);
      this.drain();
    }
  }

  private async answer({question, key, failed}: Extract<Told, {question: string}>): Promise<void> {
    const one = this.open.get(key);
    const allowed = one && !one.ended ? ((await this.setup.mayRetry?.(one.request, failed)) ?? true) : false;
    await this.setup.coordination.answer(question, allowed);
  }

  /** Outcomes that workers have kept, each perhaps more than once. */
  private takeIn(outcomes: readonly CallOutcome[]): void {
    const again: string[] = [];
    for (const outcome of outcomes) {
      const one = this.open.get(outcome.key);
      if (!one) {
        this.setup.coordination.keep(outcome);
        continue;
      }
      if (one.ended) {
        again.push(outcome.key);
        continue;
      }
      this.outOfJob(one);
      if (one.lane?.guard.ended(outcome.error, one.probe)) {
        again.push(outcome.key);
        one.failed = outcome.error;
        void this.enter(one);
        continue;
      }
      one.ended = true;
      this.ended.push(outcome);
    }
    if (again.length > 0) this.setup.coordination.received(again);
    if (this.ended.length > 0) this.wakeReader?.();
  }

  private givenBack(keys: readonly string[], id: string): void {
    for (const key of keys) {
      const one = this.open.get(key);
      // A start before, or this one, may have sent it with another job too.
      if (one?.job !== id || one.ended) continue;
      this.outOfJob(one);
      if (one.probe) one.lane?.guard.ended({kind: "aborted", message: ""}, true);
      if (!this.draining) void this.enter(one);
      else if (one.failed) this.stopped(one);
      else this.leave(one);
    }
  }

  /** A job that is gone: what it has not told is sent again. */
  private again(id: string): void {
    const job = this.jobs.get(id);
    if (job) this.givenBack([...job.keys], id);
  }

  private async mayGoAgain(request: CallRequest, {kind, attempts = 1}: CallError): Promise<boolean> {
    const {mayRetry} = this.setup;
    if (!mayRetry) return true;
    return mayRetry(request, {attempt: attempts, latencyMs: 0, kind: kind === "endpoint" ? undefined : kind});
  }

  private outOfJob(one: Open): void {
    const job = one.job === undefined ? undefined : this.jobs.get(one.job);
    job?.keys.delete(one.request.key);
    if (job?.keys.size === 0) this.jobs.delete(one.job!);
    one.job = undefined;
  }

  /** It ends without a call, and gives no outcome. */
  private leave(one: Open): void {
    this.outOfJob(one);
    if (!one.ended) this.open.delete(one.request.key);
    this.wakeReader?.();
    this.wakeTaker?.();
  }

  private stopped(one: Open): void {
    if (one.ended) return;
    this.outOfJob(one);
    one.ended = true;
    this.ended.push({
      key: one.request.key,
      error: {kind: "aborted", message: "The call was stopped before it had ended."}
    });
    this.wakeReader?.();
  }

  private received(): void {
    const {given} = this;
    this.given = [];
    if (given.length === 0) return;
    for (const key of given) this.open.delete(key);
    this.setup.coordination.received(given);
    this.wakeTaker?.();
  }

  private recall(lane: Lane): void {
    lane.recalls++;
    this.setup.coordination.setGeneration(lane.name, lane.recalls);
    const gathered = lane.gathered;
    lane.gathered = [];
    for (const one of gathered) void this.enter(one);
  }

  private drain(): void {
    if (this.draining) return;
    this.draining = true;
    this.sourceEnded = true;
    for (const lane of this.opened) {
      lane.recalls++;
      this.setup.coordination.setGeneration(lane.name, lane.recalls);
      lane.guard.stop();
      for (const one of lane.gathered.splice(0)) this.leave(one);
    }
    for (const id of this.jobs.keys()) void this.takeBack(id).catch(() => undefined);
    this.wakeTaker?.();
    this.wakeReader?.();
  }

  /** Takes a job that no worker has from the queue. */
  private async takeBack(id: string): Promise<void> {
    const job = this.jobs.get(id);
    if (job && (await job.lane.queue.remove(id)) === 1) this.again(id);
  }

  private abort(): void {
    this.drain();
    this.setup.coordination.say({abort: true});
    this.timers.push(
      setTimeout(() => {
        for (const lane of this.opened) this.endAll(lane);
      }, ABORT_MS)
    );
  }

  /** Nobody will tell how these ended. */
  private endAll(lane: Lane): void {
    for (const one of [...this.open.values()]) if (one.lane === lane) this.stopped(one);
  }

  /** Looks after jobs that were lost and lanes without workers. */
  private async sweep(): Promise<void> {
    for (const lane of this.opened) await this.lookForWorkers(lane);
    for (const [id, job] of this.jobs) {
      if (performance.now() - job.at < SWEEP_MS) continue;
      const state = await job.lane.queue.getJobState(id);
      if (state === "failed") this.tellFailed(job);
      else if (state !== "unknown" && state !== "completed") job.missed = 0;
      else if (++job.missed >= 2) {
        await this.setup.coordination.fetch([...job.keys]);
        if (this.jobs.has(id)) this.again(id);
      }
    }
  }

  private tellFailed(job: SentJob): void {
    const {outage} = this.setup;
    if (!job.told)
      outage?.onMessage?.(
        `${job.lane.endpoint.name}: a job with ${job.keys.size} requests failed, because every worker that took it died. \`assay queue retry\` tries it again`
      );
    job.told = true;
    if (performance.now() - job.at < (outage?.giveUpMs ?? GIVE_UP_MS)) return;
    for (const key of [...job.keys]) {
      const one = this.open.get(key);
      if (one && !one.ended)
        this.takeIn([
          {key, error: {kind: "endpoint", message: "Every worker that took the call's job died."}}
        ]);
    }
  }

  private async lookForWorkers(lane: Lane): Promise<void> {
    const waits = [...this.jobs.values()].some((job) => job.lane === lane);
    if (!waits || (await this.setup.coordination.listening(lane.name)) > 0) {
      lane.lonelySince = undefined;
      return;
    }
    const {outage} = this.setup;
    lane.lonelySince ??= performance.now();
    const lonely = performance.now() - lane.lonelySince;
    if (this.draining) return this.endAll(lane);
    if (lonely < NO_WORKER_MS) return;
    if (!lane.told)
      outage?.onMessage?.(
        `no worker takes calls for ${lane.endpoint.name}. Start one in the project's folder: assay worker ${this.setup.coordination.shown}`
      );
    lane.told = true;
    const giveUpMs = outage?.giveUpMs ?? GIVE_UP_MS;
    if (lonely < giveUpMs) return;
    outage?.onGiveUp?.(`no worker took calls for ${lane.endpoint.name} within ${giveUpMs / 1000} s`);
    this.drain();
  }

  private async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.setup.signal?.removeEventListener("abort", this.onSignal);
    this.setup.abortSignal?.removeEventListener("abort", this.onAbort);
    for (const timer of this.timers) clearInterval(timer);
    for (const lane of this.opened) {
      lane.guard.stop();
      await lane.queue.close();
    }
    await this.setup.coordination.end();
  }
}

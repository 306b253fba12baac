import {type AttemptHooks, EndpointError} from "../../../inference/endpoints/index.js";
import {isThrottled} from "../../../inference/endpoints/limiter.js";
import type {CallJobData} from "../protocol.js";
import type {Redis} from "../server/redis.js";
import {type LimitAnswer, limitSteps} from "./limitStep.js";
import {SlotGroup, type SlotRequest, type SlotWaiter} from "./slotGroup.js";

const ELSEWHERE_MS = 1000;
const STEP_FAILED_MS = 1000;
const LONGEST_WAIT_MS = 1000;
/** By then every worker that lives has sent a heartbeat with the calls that it holds. */
const VERIFY_AFTER = 8;

export interface SlotsSetup {
  redis: Redis;
  worker: string;
  queue: string;
  /** `-j` of this worker. */
  most: number;
  /** How often a call is asked for, once a second, before its claim is compared with the heartbeat of its worker. */
  verifyAfter?: number;
}

/**
 * A worker's slots at one endpoint, within the limits that all workers share. Steps of the limits' script run one after
 * another: each reports what the worker has seen, and asks for slots in the order of the calls.
 */
export class Slots {
  private readonly groups = new Map<string, SlotGroup>();
  private readonly step: ReturnType<typeof limitSteps>;
  private isStepping = false;
  private isDueAgain = false;
  private isStopped = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly elsewhereTimers = new Map<SlotGroup, NodeJS.Timeout>();

  constructor(private readonly setup: SlotsSetup) {
    this.step = limitSteps(setup.redis, setup.queue, setup.verifyAfter ?? VERIFY_AFTER);
  }

  /** Asks for a slot. */
  request(request: SlotRequest): void {
    if (this.isStopped) return request.onRecalled();
    this.groupOf(request.job).add(request);
    this.run();
  }

  release(request: SlotRequest): void {
    this.groupOf(request.job).release(request);
    this.run();
  }

  /** For a call that holds a slot: its retries wait here, and all workers learn what it sees of the endpoint. */
  hooks(job: CallJobData, tokens: number): AttemptHooks {
    return {
      stopRetries: () => (job.probe ? AbortSignal.abort() : this.groupOf(job).stopRetries),
      onAttempt: (outcome) => {
        const group = this.groupOf(job);
        if (isThrottled(outcome)) {
          group.sawThrottling(outcome);
          this.run();
        } else if (!outcome.kind) group.sawSuccess(outcome.latencyMs);
      },
      beforeRetry: (signal) => this.retryGranted(job, tokens, signal)
    };
  }

  /** Tokens that a call used beyond its estimate. */
  usedBeyond(job: CallJobData, tokens: number): void {
    this.groupOf(job).usedBeyond(tokens);
  }

  /** Asks anew: a generation may have changed. */
  refresh(): void {
    for (const group of this.groups.values()) group.isDue = true;
    this.run();
  }

  /** Returns all that waits. Calls in flight, and their retries, go on. */
  stop(): void {
    this.isStopped = true;
    for (const group of this.groups.values()) group.recall();
  }

  /** The claims of the calls that hold a slot. */
  get held(): string[] {
    return [...this.groups.values()].flatMap(({heldCalls}) =>
      Array.from(heldCalls, ({claims, position}) => `${claims} ${position}`)
    );
  }

  /** Calls that wait for a slot, or hold one. */
  get open(): number {
    return this.waiting + this.inFlight;
  }

  get waiting(): number {
    return this.sum(({waiting}) => waiting);
  }

  private get inFlight(): number {
    return this.sum(({heldCalls}) => heldCalls.size);
  }

  private sum(of: (group: SlotGroup) => number): number {
    return [...this.groups.values()].reduce((sum, group) => sum + of(group), 0);
  }

  private groupOf(job: CallJobData): SlotGroup {
    const id = `${job.run} ${job.generation}`;
    let group = this.groups.get(id);
    if (!group) this.groups.set(id, (group = new SlotGroup(job)));
    return group;
  }

  private retryGranted(job: CallJobData, tokens: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopped = () => reject(new EndpointError("aborted", "The call was stopped."));
      if (signal?.aborted) return stopped();
      const leave = this.groupOf(job).addRetry(tokens, resolve);
      const onAbort = () => {
        leave();
        stopped();
      };
      signal?.addEventListener("abort", onAbort, {once: true});
      this.run();
    });
  }

  private run(): void {
    this.stepAll().catch(() => {
      // A server that refuses the script, or does not answer, is asked again.
      this.isStepping = false;
      if (this.goesOn) this.timer = setTimeout(() => this.run(), STEP_FAILED_MS);
    });
  }

  private get goesOn(): boolean {
    return !this.isStopped || this.waiting > 0;
  }

  private async stepAll(): Promise<void> {
    if (this.isStepping) {
      this.isDueAgain = true;
      return;
    }
    this.isStepping = true;
    clearTimeout(this.timer);
    let waitMs: number | undefined;
    do {
      this.isDueAgain = false;
      waitMs = undefined;
      for (const [id, group] of this.groups) {
        const own = await this.stepGroup(group);
        if (own !== undefined) waitMs = Math.min(own, waitMs ?? Infinity);
        if (group.isEmpty) this.groups.delete(id);
      }
    } while (this.isDueAgain);
    this.isStepping = false;
    if (waitMs !== undefined && this.goesOn)
      this.timer = setTimeout(() => this.run(), Math.min(waitMs, LONGEST_WAIT_MS));
  }

  /** Returns when the group is to be stepped again, in milliseconds; undefined when something will say so. */
  private async stepGroup(group: SlotGroup): Promise<number | undefined> {
    const {most} = this.setup;
    const asks = group.nextAsks(most - this.inFlight);
    if (asks.length === 0 && !group.isDue) return undefined;
    const {answers, waitMs, isRecalled} = await this.stepped(group, asks);
    group.settle(asks, answers, this.isStopped);
    if (this.isStopped && group.isDue) this.isDueAgain = true;
    if (group.hasCallsElsewhere) this.askElsewhereLater(group);
    if (isRecalled) group.recall();
    if (group.waiting === 0) return undefined;
    if (answers.length < asks.length) return Math.max(1, waitMs);
    // What others have made held no slot, so that no release makes room for the rest.
    return this.inFlight < most ? 1 : undefined;
  }

  private async stepped(group: SlotGroup, asks: readonly SlotWaiter[]): Promise<LimitAnswer> {
    const {worker, queue} = this.setup;
    const {run, generation, concurrency, adaptive, limits} = group.job;
    try {
      return await this.step({
        ...limits,
        ...group.takeObservations(),
        worker,
        queue,
        run,
        generation,
        adaptive,
        most: concurrency,
        inFlight: this.sum(({job, heldCalls}) => (job.run === run ? heldCalls.size : 0)),
        asks: asks.map((one) => ({tokens: one.tokens, claim: one.request && one.claim}))
      });
    } catch (error) {
      group.isDue = true;
      throw error;
    }
  }

  /** Another worker makes them, and may die. */
  private askElsewhereLater(group: SlotGroup): void {
    if (this.elsewhereTimers.has(group)) return;
    const askAgain = () => {
      this.elsewhereTimers.delete(group);
      group.askElsewhereAgain();
      if (this.isStopped) group.recall();
      this.run();
    };
    this.elsewhereTimers.set(group, setTimeout(askAgain, ELSEWHERE_MS));
  }
}

import {randomBytes} from "node:crypto";
import type {AttemptOutcome} from "../../../inference/endpoints/index.js";
import type {CallJobData} from "../protocol.js";
import type {AskAnswer, ClaimAsk, EndpointObservations} from "./limitStep.js";

/** A call that waits for a slot. One of the three callbacks is called, once. */
export interface SlotRequest {
  job: CallJobData;
  tokens: number;
  /** Where the call is claimed. */
  claims: string;
  position: number;
  /** It holds a slot until `release`. `begunBefore`: how often workers that died had begun it. */
  onGranted(begunBefore: number): void;
  /** It gets no slot. */
  onRecalled(): void;
  /** Another worker has made it. */
  onEndedElsewhere(): void;
}

/** A waiting call, or the retry of a call that holds a slot: a retry waits for the rates alone. */
export type SlotWaiter =
  | {tokens: number; request: SlotRequest; claim: ClaimAsk}
  | {tokens: number; request?: undefined; start(): void};

/** The most calls that one step asks for. */
const MOST_ASKED = 64;

const nothingSeen = (): EndpointObservations => ({succeeded: [], throttled: [], tokensBeyond: 0});

/**
 * The calls of one run that came with one generation of the queue.
 *
 * A call is waiting → held, by `settle`; → elsewhere, while another worker holds it, and waiting again by `askElsewhereAgain`;
 * or it leaves by `recall`. A held call leaves by `release`.
 */
export class SlotGroup {
  private waiters: SlotWaiter[] = [];
  private elsewhere: SlotWaiter[] = [];
  private readonly held = new Set<SlotRequest>();
  private observations = nothingSeen();
  private readonly retries = new AbortController();
  /** A step is due although nothing is asked for. */
  isDue = false;

  constructor(readonly job: CallJobData) {}

  add(request: SlotRequest): void {
    const {tokens, claims: key, position} = request;
    const id = randomBytes(6).toString("hex");
    this.waiters.push({tokens, request, claim: {key, position, id, refusals: 0}});
  }

  /** Waits before all calls. Returns what ends its wait. */
  addRetry(tokens: number, start: () => void): () => void {
    const retry: SlotWaiter = {tokens, start};
    this.waiters.unshift(retry);
    return () => (this.waiters = this.waiters.filter((one) => one !== retry));
  }

  /** Those that the next step asks for, when so many slots are free at this worker. */
  nextAsks(free: number): SlotWaiter[] {
    const asks: SlotWaiter[] = [];
    let slots = 0;
    for (const one of this.waiters) {
      if (asks.length >= MOST_ASKED || (one.request && slots >= free)) break;
      asks.push(one);
      if (one.request) slots++;
    }
    return asks;
  }

  /** What the next step reports. It is not reported again when no answer comes: nothing may count twice. */
  takeObservations(): EndpointObservations {
    const {observations} = this;
    this.observations = nothingSeen();
    this.isDue = false;
    return observations;
  }

  /**
   * Takes in a step's answer to its first asks.
   * @param isStopped whether the worker has recalled its calls meanwhile: the next step gives their slots back
   */
  settle(asks: readonly SlotWaiter[], answers: readonly AskAnswer[], isStopped: boolean): void {
    const settled = new Set(asks.slice(0, answers.length));
    this.waiters = this.waiters.filter((one) => !settled.has(one));
    answers.forEach((answer, i) => this.settleOne(asks[i]!, answer, isStopped));
  }

  private settleOne(one: SlotWaiter, answer: AskAnswer, isStopped: boolean): void {
    if (!one.request) return one.start();
    if (isStopped) {
      this.isDue = true;
    } else if (answer.is === "granted") {
      this.held.add(one.request);
      one.request.onGranted(answer.begunBefore);
    } else if (answer.is === "ended") one.request.onEndedElsewhere();
    else {
      one.claim.refusals++;
      this.elsewhere.push(one);
    }
  }

  /** The calls that wait get no slot any more. Retries go on waiting, since their calls are in flight. */
  recall(): void {
    this.retries.abort();
    const recalled = [...this.waiters, ...this.elsewhere];
    this.waiters = this.waiters.filter(({request}) => !request);
    this.elsewhere = [];
    for (const {request} of recalled) request?.onRecalled();
  }

  askElsewhereAgain(): void {
    this.waiters.push(...this.elsewhere);
    this.elsewhere = [];
  }

  release(request: SlotRequest): void {
    this.held.delete(request);
    this.isDue = true;
  }

  sawSuccess(latencyMs: number): void {
    this.observations.succeeded.push(latencyMs);
  }

  sawThrottling({latencyMs, retryAfterMs}: AttemptOutcome): void {
    this.observations.throttled.push({latencyMs, retryAfterMs});
    this.isDue = true;
  }

  usedBeyond(tokens: number): void {
    this.observations.tokensBeyond += tokens;
  }

  /** Fires when the group is recalled: its calls make no further attempts. */
  get stopRetries(): AbortSignal {
    return this.retries.signal;
  }

  get heldCalls(): ReadonlySet<SlotRequest> {
    return this.held;
  }

  get waiting(): number {
    return this.waiters.length;
  }

  get hasCallsElsewhere(): boolean {
    return this.elsewhere.length > 0;
  }

  get isEmpty(): boolean {
    return this.waiters.length + this.elsewhere.length + this.held.size === 0 && !this.isDue;
  }
}

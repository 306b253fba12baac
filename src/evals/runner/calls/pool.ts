import {setMaxListeners} from "node:events";
import {askedCompletion} from "../../../inference/endpoints/index.js";
import type {Limiter} from "../../../inference/endpoints/limiter.js";
import {createLimiters} from "../../../inference/endpoints/limiters.js";
import type {AttemptHooks, Endpoint} from "../../../inference/endpoints/types.js";
import {observedCall} from "../../../inference/telemetry/index.js";
import type {
  CallOutcome,
  CallRequest,
  ExecuteOptions,
  Executor,
  ExecutorSetup,
  OutageSettings,
  RunStageCalls
} from "./executor.js";
import {countUncounted} from "./countUncounted.js";
import {guardedAttempts} from "./guardedAttempts.js";
import {createOutageGuard, type OutageGuard} from "./outage.js";
import {OutcomeStream} from "./outcomeStream.js";
import {createStageCalls} from "./stageCalls.js";
import {callError, asPostponed} from "./callErrors.js";

/** Requests that wait for a place beside those in flight, so that none stands empty while the stream is asked. */
const SPARE = 64;

/** The executor of this process. */
export function createPool(setup: ExecutorSetup): Executor {
  const {endpoints, concurrency, outage, limiters: shared = createLimiters(concurrency)} = setup;
  const {stageCalls = createStageCalls({limiters: shared})} = setup;
  const limiters = new Map([...endpoints.values()].map((endpoint) => [endpoint.name, shared.of(endpoint)]));
  const most = 2 * concurrency * limiters.size + SPARE;
  return {
    execute: (requests, options = {}) =>
      new PoolRun(requests, {endpoints, limiters, stageCalls, most, outage, ...options})
  };
}

interface PoolSetup extends ExecuteOptions {
  endpoints: ReadonlyMap<string, Endpoint>;
  limiters: ReadonlyMap<string, Limiter>;
  stageCalls: RunStageCalls;
  /** Requests taken and not yet received as outcomes. */
  most: number;
  outage?: OutageSettings;
}

/** One endpoint in one stream of requests. */
interface EndpointStream {
  guard: OutageGuard;
  /** Stops its calls in flight. */
  calls: AbortController;
}

/** A call that has ended and keeps its place until its outcome is received. */
interface EndedPoolCall {
  outcome: CallOutcome;
  release(): void;
}

/** One stream of requests on its way through the pool. */
class PoolRun extends OutcomeStream<EndedPoolCall> {
  protected open = 0;
  /** Of those open: failed calls that may be an outage's first. */
  private held = 0;
  private readonly lanes = new Map<string, EndpointStream>();
  private readonly onLeft = () => this.left();

  constructor(
    requests: AsyncIterable<CallRequest>,
    private readonly setup: PoolSetup
  ) {
    super(requests, setup, setup.most);
    for (const name of setup.limiters.keys()) this.lanes.set(name, this.laneOf(name));
    this.take();
  }

  private laneOf(name: string): EndpointStream {
    const calls = new AbortController();
    setMaxListeners(0, calls.signal);
    const guard = createOutageGuard(name, {
      ...this.setup.outage,
      onGiveUp: (reason) => {
        this.setup.outage?.onGiveUp?.(reason);
        this.drain();
        calls.abort();
      }
    });
    return {guard, calls};
  }

  protected begin(): undefined {
    return undefined;
  }

  protected outcomeOf({outcome}: EndedPoolCall): CallOutcome {
    return outcome;
  }

  protected receive(ended: readonly EndedPoolCall[]): void {
    for (const {release} of ended) release();
  }

  protected onDrain(): void {
    for (const limiter of this.setup.limiters.values()) limiter.clear(this);
    for (const {guard} of this.lanes.values()) guard.stop();
    this.setup.stageCalls.guards?.end();
  }

  protected abortCalls(): void {
    for (const {calls} of this.lanes.values()) calls.abort();
  }

  protected end(): undefined {
    for (const {guard} of this.lanes.values()) guard.stop();
  }

  protected start(request: CallRequest): undefined {
    const endpoint = this.setup.endpoints.get(request.candidate);
    const limiter = endpoint && this.setup.limiters.get(endpoint.name);
    if (!limiter) throw new Error(`no endpoint is known for the candidate "${request.candidate}"`);
    this.open++;
    // It rejects only when it is cleared before its start, and then gives no outcome.
    limiter
      .run((attempts) => this.call(request, endpoint, attempts), {
        estimateTokens: request.estimateTokens,
        owner: this
      })
      .then(this.onLeft, this.onLeft);
  }

  private left(): void {
    this.open--;
    if (this.held > 0 && this.held === this.open) {
      for (const {guard} of this.lanes.values()) guard.settle();
      this.setup.stageCalls.guards?.settle();
    }
    this.changed();
  }

  /** Resolves when the outcome was received: the limiter's place is held until then. */
  private async call(request: CallRequest, endpoint: Endpoint, attempts: AttemptHooks): Promise<unknown> {
    const lane = this.lanes.get(endpoint.name)!;
    let probe = false;
    try {
      if (!lane.guard.isOpen) probe = await lane.guard.pass();
    } catch (error) {
      return this.told({key: request.key, error: callError(error)});
    }
    const outcome = await this.completed(request, endpoint, attempts, lane);
    const {guards} = this.setup.stageCalls;
    // The models of a cascade have guards of their own.
    const postponed =
      endpoint.stages && guards
        ? (guards.undecided(request.key) ?? false)
        : lane.guard.ended(outcome.error, probe);
    if (postponed instanceof Promise) return this.hold(outcome, postponed);
    await this.told(postponed ? asPostponed(outcome) : outcome);
    return outcome.completion;
  }

  /** Resolves when the outcome was received. */
  private told(outcome: CallOutcome): Promise<void> {
    return new Promise((release) => this.tell({outcome, release}));
  }

  /** It gives its place away: others show whether it has failed. */
  private hold(outcome: CallOutcome, postponed: Promise<boolean>): void {
    this.open++;
    this.held++;
    void postponed.then((later) => {
      this.held--;
      this.tell({outcome: later ? asPostponed(outcome) : outcome, release: () => this.left()});
    });
  }

  private async completed(
    request: CallRequest,
    endpoint: Endpoint,
    attempts: AttemptHooks,
    {guard, calls: {signal}}: EndpointStream
  ): Promise<CallOutcome> {
    const {key, model, messages, params, tools, rowId, repeat} = request;
    if (this.setup.mayStart?.(request) === false)
      return {key, error: {kind: "aborted", message: "It no longer fits the budget."}};
    const counted = countUncounted({
      onAttempt: attempts.onAttempt,
      beforeRetry: attempts.beforeRetry,
      stopRetries: () => guard.stopRetries
    });
    try {
      const hooks = guardedAttempts(request, counted.hooks, this.setup.mayRetry);
      const asked = {model, messages, params, tools};
      const stageCalls = endpoint.stages && this.setup.stageCalls.of(key);
      const completion = await observedCall(endpoint, asked, () =>
        askedCompletion(endpoint, asked, {rowId, repeat, attempts: hooks, signal, stageCalls})
      );
      return {key, completion, uncounted: counted.uncounted()};
    } catch (error) {
      return {key, error: callError(error), uncounted: counted.uncounted()};
    }
  }
}

import {setMaxListeners} from "node:events";
import type {Limiter} from "../../endpoints/limiter.js";
import {createLimiters} from "../../endpoints/limiters.js";
import {
  type AttemptHooks,
  type AttemptOutcome,
  type Endpoint,
  EndpointError,
  isEndpointError
} from "../../endpoints/types.js";
import {messageOf} from "../../store/index.js";
import {observedCall} from "../../telemetry/index.js";
import type {
  CallError,
  CallOutcome,
  CallRequest,
  ExecuteOptions,
  Executor,
  ExecutorSetup,
  OutageSettings
} from "./executor.js";
import {createOutageGuard, type OutageGuard} from "./outage.js";
import {OutcomeStream} from "./outcomeStream.js";
import {createStageCalls, type RunStageCalls} from "./stageCalls.js";

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
interface Lane {
  guard: OutageGuard;
  /** Stops its calls in flight. */
  calls: AbortController;
}

/** A call that has ended and keeps its place until its outcome is received. */
interface Ended {
  outcome: CallOutcome;
  release(): void;
}

/** One stream of requests on its way through the pool. */
class PoolRun extends OutcomeStream<Ended> {
  protected open = 0;
  private readonly lanes = new Map<string, Lane>();

  constructor(
    requests: AsyncIterable<CallRequest>,
    private readonly setup: PoolSetup
  ) {
    super(requests, setup, setup.most);
    for (const name of setup.limiters.keys()) this.lanes.set(name, this.laneOf(name));
    this.take();
  }

  private laneOf(name: string): Lane {
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

  protected outcomeOf({outcome}: Ended): CallOutcome {
    return outcome;
  }

  protected receive(ended: readonly Ended[]): void {
    for (const {release} of ended) release();
  }

  protected onDrain(): void {
    for (const limiter of this.setup.limiters.values()) limiter.clear(this);
    for (const {guard} of this.lanes.values()) guard.stop();
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
    const left = () => {
      this.open--;
      this.changed();
    };
    // It rejects only when it is cleared before its start, and then gives no outcome.
    limiter
      .run((attempts) => this.call(request, endpoint, attempts), {
        estimateTokens: request.estimateTokens,
        owner: this
      })
      .then(left, left);
  }

  /** Resolves when the outcome was received: the limiter's place is held until then. */
  private async call(request: CallRequest, endpoint: Endpoint, attempts: AttemptHooks): Promise<unknown> {
    const outcome = await this.settled(request, endpoint, attempts);
    await new Promise<void>((release) => {
      this.tell({outcome, release});
    });
    return outcome.completion;
  }

  private async settled(
    request: CallRequest,
    endpoint: Endpoint,
    attempts: AttemptHooks
  ): Promise<CallOutcome> {
    const {key} = request;
    const {guard, calls} = this.lanes.get(endpoint.name)!;
    let failed: CallError | undefined;
    for (;;) {
      try {
        const probe = await guard.pass();
        const outcome =
          failed && !(await this.mayGoAgain(request, failed))
            ? {key, error: callError(new EndpointError("aborted", "Another attempt was not allowed."))}
            : await this.completed(request, endpoint, attempts, calls.signal);
        if (!guard.ended(outcome.error, probe)) return outcome;
        failed = outcome.error;
      } catch (error) {
        return {key, error: callError(error)};
      }
    }
  }

  private async mayGoAgain(request: CallRequest, failed: CallError): Promise<boolean> {
    const {kind, attempts = 1, mayBeBilled} = failed;
    const {mayRetry} = this.setup;
    if (!mayRetry) return true;
    const known = kind === "endpoint" ? undefined : kind;
    return mayRetry(request, {attempt: attempts, latencyMs: 0, kind: known, mayBeBilled});
  }

  private async completed(
    request: CallRequest,
    endpoint: Endpoint,
    attempts: AttemptHooks,
    signal: AbortSignal
  ): Promise<CallOutcome> {
    const {key, model, messages, params, tools, rowId, repeat} = request;
    try {
      const hooks = guardedAttempts(request, attempts, this.setup.mayRetry);
      const asked = {model, messages, params, tools};
      const stageCalls = endpoint.stages && this.setup.stageCalls.of(key);
      const completion = await observedCall(endpoint, asked, () =>
        endpoint.complete(asked, {rowId, repeat, attempts: hooks, signal, stageCalls})
      );
      return {key, completion};
    } catch (error) {
      return {key, error: callError(error)};
    }
  }
}

/** A limiter's hooks that also ask `mayRetry` before each attempt after the first. */
export function guardedAttempts(
  request: CallRequest,
  attempts: AttemptHooks,
  mayRetry: ExecuteOptions["mayRetry"]
): AttemptHooks {
  if (!mayRetry) return attempts;
  let failed: AttemptOutcome | undefined;
  return {
    onAttempt(outcome) {
      failed = outcome;
      attempts.onAttempt?.(outcome);
    },
    async beforeRetry(signal) {
      if (failed && !(await mayRetry(request, failed)))
        throw new EndpointError("aborted", "Another attempt was not allowed.");
      await attempts.beforeRetry?.(signal);
    }
  };
}

/** What an outcome says of an error that `complete` threw. */
export function callError(error: unknown): CallError {
  const known = isEndpointError(error) ? error : undefined;
  return {
    kind: known?.kind ?? "endpoint",
    message: messageOf(error),
    attempts: known?.detail.attempts,
    status: known?.detail.status,
    mayBeBilled: known?.detail.mayBeBilled,
    spent: known?.detail.spent
  };
}

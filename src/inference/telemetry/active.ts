import type {Completion, CompletionRequest, Endpoint} from "../endpoints/types.js";

/** What a run's span says of it, beside its name. */
export type RunFacts = Readonly<Record<string, string | number | boolean | undefined>>;

/** What is told of an answer. */
export type AnswerEnd = Pick<Completion, "finishReason" | "usage">;

/** What is told of a call that was answered. */
export type Answered = Pick<Completion, "usage"> &
  Partial<Pick<Completion, "finishReason" | "servedModel" | "firstTokenMs" | "attempts" | "costUsd">>;

/** Where spans and metrics go while a command runs. */
export interface Telemetry {
  call<A extends Answered>(
    endpoint: Endpoint,
    request: CompletionRequest,
    make: () => Promise<A>,
    facts?: RunFacts
  ): Promise<A>;
  /** As `call`, of an answer that is given to somebody else's request. */
  served<T extends AnswerEnd>(model: string, make: () => Promise<T>): Promise<T>;
  /** `facts` may be added to until the run ends. */
  run<T>(name: string, facts: RunFacts, make: (add: (more: RunFacts) => void) => Promise<T>): Promise<T>;
  /** The span that is under way, as the header `traceparent` names it (W3C Trace Context). */
  trace(): string | undefined;
  /** Makes spans of what `make` does children of a span of another process. */
  under<T>(traceparent: string, make: () => T): T;
  /** Sends what is left, within a bounded time, and ends. Never rejects. */
  end(): Promise<void>;
}

let active: Telemetry | undefined;

export function setActive(telemetry: Telemetry | undefined): void {
  active = telemetry;
}

/** Makes a call, with a span, which has `facts` too, and metrics of it when telemetry was started. */
export function observedCall<A extends Answered>(
  endpoint: Endpoint,
  request: CompletionRequest,
  make: () => Promise<A>,
  facts?: RunFacts
): Promise<A> {
  return active ? active.call(endpoint, request, make, facts) : make();
}

/** Makes a run, with a span around its calls when telemetry was started. */
export function observedRun<T>(
  name: string,
  facts: RunFacts,
  make: (add: (more: RunFacts) => void) => Promise<T>
): Promise<T> {
  return active ? active.run(name, facts, make) : make(() => undefined);
}

/** The span that is under way, for another process to go on from; undefined when telemetry was not started. */
export function currentTrace(): string | undefined {
  return active?.trace();
}

/** Goes on with a trace that another process named by its `currentTrace`; by itself without one. */
export function underTrace<T>(traceparent: string | undefined, make: () => T): T {
  return active && traceparent !== undefined ? active.under(traceparent, make) : make();
}

/** Answers a request to a server of ours, with a span and its duration when telemetry was started. */
export function observedAnswer<T extends AnswerEnd>(model: string, make: () => Promise<T>): Promise<T> {
  return active ? active.served(model, make) : make();
}

import type {Completion, CompletionRequest, Endpoint} from "../endpoints/types.js";

/** What a run's span says of it, beside its name. */
export type RunFacts = Readonly<Record<string, string | number | boolean | undefined>>;

/** What is told of an answer. */
export type Answer = Pick<Completion, "finishReason" | "usage">;

/** Where spans and metrics go while a command runs. */
export interface Telemetry {
  call(endpoint: Endpoint, request: CompletionRequest, make: () => Promise<Completion>): Promise<Completion>;
  /** As `call`, of an answer that is given to somebody else's request. */
  served<T extends Answer>(model: string, make: () => Promise<T>): Promise<T>;
  /** `facts` may be added to until the run ends. */
  run<T>(name: string, facts: RunFacts, make: (add: (more: RunFacts) => void) => Promise<T>): Promise<T>;
  /** Sends what is left, within a bounded time, and ends. Never rejects. */
  end(): Promise<void>;
}

let active: Telemetry | undefined;

export function setActive(telemetry: Telemetry | undefined): void {
  active = telemetry;
}

/** Makes a call, with a span and metrics of it when telemetry was started. */
export function observedCall(
  endpoint: Endpoint,
  request: CompletionRequest,
  make: () => Promise<Completion>
): Promise<Completion> {
  return active ? active.call(endpoint, request, make) : make();
}

/** Makes a run, with a span around its calls when telemetry was started. */
export function observedRun<T>(
  name: string,
  facts: RunFacts,
  make: (add: (more: RunFacts) => void) => Promise<T>
): Promise<T> {
  return active ? active.run(name, facts, make) : make(() => undefined);
}

/** Answers a request to a server of ours, with a span and its duration when telemetry was started. */
export function observedAnswer<T extends Answer>(model: string, make: () => Promise<T>): Promise<T> {
  return active ? active.served(model, make) : make();
}

import {rng} from "../../src/base/stats/index.js";
import {
  type Behaviour,
  type ModelServer,
  type ReceivedRequest,
  startModelServer
} from "../support/modelServer.js";

export interface FaultyEndpoint extends ModelServer {
  /** Requests of the round so far. */
  readonly received: number;
  /** Calls of the round that were asked for at least once. */
  readonly asked: number;
  /** Good answers of the round beyond one for each call: what was paid for twice. */
  readonly repeated: number;
  /** @param faults whether it misbehaves */
  beginRound(seed: string, faults: boolean): void;
  onRequest: (() => void) | undefined;
}

/** Faults of one call before it is answered well: fewer than an endpoint's policy tries again. */
const MOST_FAULTS = 2;

const faults: Behaviour[] = [
  {status: 429, headers: {"retry-after-ms": "30"}, body: {error: {message: "too many requests"}}},
  {status: 500, body: {error: {message: "internal error"}}},
  {status: 503, body: {error: {message: "overloaded"}}},
  {drop: "before"},
  {drop: "middle", cutAfterEvents: 1},
  {cutAfterEvents: 2}
];

/** An endpoint whose faults depend on the round's seed, the call and how often it was asked, never on the time. */
export async function startFaultyEndpoint(): Promise<FaultyEndpoint> {
  const seen = new Map<string, number>();
  const good = new Map<string, number>();
  let round = "";
  let isFaulty = false;
  let received = 0;
  const state: {onRequest: (() => void) | undefined} = {onRequest: undefined};
  const server = await startModelServer({
    behave(request) {
      received++;
      const call = callOf(request);
      const times = seen.get(call) ?? 0;
      seen.set(call, times + 1);
      state.onRequest?.();
      const random = rng(round, call);
      const latencyMs = random() < 0.02 ? 400 : 5 + random.int(30);
      const count = isFaulty ? Math.max(0, random.int(10) - 9 + MOST_FAULTS) : 0;
      const chosen = Array.from({length: count}, () => faults[random.int(faults.length)]!);
      const fault = chosen[times];
      if (fault) return {...usable(fault, request), latencyMs};
      good.set(call, (good.get(call) ?? 0) + 1);
      return {latencyMs};
    }
  });
  return Object.defineProperties(server as FaultyEndpoint, {
    received: {get: () => received},
    asked: {get: () => seen.size},
    repeated: {get: () => [...good.values()].reduce((sum, times) => sum + times - 1, 0)},
    onRequest: {get: () => state.onRequest, set: (listener: () => void) => (state.onRequest = listener)},
    beginRound: {
      value(seed: string, faulty: boolean) {
        seen.clear();
        good.clear();
        server.requests.length = 0;
        server.byPrompt.clear();
        received = 0;
        round = seed;
        isFaulty = faulty;
      }
    }
  });
}

const callOf = ({body, prompt}: ReceivedRequest) => `${body.model} ${prompt}`;

/** A stream that ends early has no counterpart without a stream but a body that does. */
function usable(fault: Behaviour, {body}: ReceivedRequest): Behaviour {
  return fault.cutAfterEvents !== undefined && !body.stream ? {drop: "middle"} : fault;
}

import type {AttemptOutcome} from "../../../inference/endpoints/types.js";
import {PassingMap} from "../../../base/system/passing.js";
import type {ReadyCandidate} from "../plan/readyCandidates.js";
import {answerTokens} from "./answerTokens.js";
import type {CallPrices} from "./callPrices.js";
import type {CallOutcome, CallRequest} from "./executor.js";
import type {Call} from "./planned.js";
import type {BudgetKeeper} from "./keepBudget.js";

/** A call with how it ended. */
export interface CallResult {
  call: Call;
  outcome: CallOutcome;
  /** US dollars that it cost in this start, of a failed one those of models that had answered before; undefined where unknown. */
  costUsd?: number;
}

/** Calls handed to the executor whose outcome is awaited, and those that were put off: by the budget, or by their endpoint. */
export interface OpenCalls {
  /** The call as a request, once the budget holds it; undefined when it never will. Throws when an equal call is open. */
  request(call: Call): CallRequest | Promise<CallRequest | undefined>;
  /** Requests of calls that were put off, until none is open or `stop` is called. */
  postponed(): AsyncGenerator<CallRequest>;
  /** Whether the budget still holds a call that has got its place; one that it does not is put off. */
  mayStart(request: CallRequest): boolean;
  /** Whether the budget lets a call try again; a call that may not is put off. */
  mayRetry(request: CallRequest, failed: AttemptOutcome): boolean;
  /** The calls that these outcomes end; an outcome that comes twice ends nothing. */
  ended(outcomes: readonly CallOutcome[]): CallResult[];
  /** Ends the waiting of `postponed`. */
  stop(): void;
}

/**
 * @param earlierUsd what of a request's cost an earlier start has paid
 */
export function createOpenCalls(
  ready: readonly ReadyCandidate[],
  prices: CallPrices,
  spending: BudgetKeeper | undefined,
  earlierUsd: (key: string) => number = () => 0
): OpenCalls {
  const open = new PassingMap<Call>();
  const refused = new Set<string>();
  const later: Call[] = [];
  /** US dollars of answers of a cascade's models, by the requests that were put off since: when they are asked again, these are not. */
  const paid = new Map<string, number>();
  let stopped = false;
  let wake: (() => void) | undefined;
  function request(call: Call): CallRequest | Promise<CallRequest | undefined> {
    // Outcomes and reservations are known by the key: of two equal calls one would never end.
    if (open.has(call.key))
      throw new Error(`two equal calls at once: requests ${open.get(call.key)!.n} and ${call.n}`);
    const request = callRequest(call, ready[call.candidate]!, spending && prices);
    if (spending) return reserved(call, request, spending);
    open.set(call.key, call);
    return request;
  }
  async function reserved(call: Call, request: CallRequest, {reserve}: BudgetKeeper) {
    if (!(await reserve(request))) return undefined;
    open.set(call.key, call);
    return request;
  }
  return {
    request,
    async *postponed() {
      while (!stopped && (open.size > 0 || later.length > 0)) {
        const call = later.shift();
        if (call) {
          const made = await request(call);
          if (made) yield made;
        } else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    mayStart(request) {
      const held = !spending || spending.holds(request);
      if (!held) refused.add(request.key);
      return held;
    },
    mayRetry(request, failed) {
      const {prepared, record} = ready[open.get(request.key)!.candidate]!;
      const usd =
        failed.spent && prices.costOf(prepared.endpoint, request.model, failed.spent, record.hosting);
      const allowed = !spending || spending.reserveAgain(request, failed, usd);
      if (!allowed) refused.add(request.key);
      return allowed;
    },
    ended(outcomes) {
      const ended: CallResult[] = [];
      for (const outcome of outcomes) {
        const call = open.get(outcome.key);
        if (!call || !open.delete(outcome.key)) continue;
        const {prepared, record} = ready[call.candidate]!;
        const {endpoint, model} = prepared;
        const {key, completion, error} = outcome;
        const spent = completion ?? error.spent;
        const usd = spent && prices.costOf(endpoint, model, spent, record.hosting);
        const costUsd = usd && Math.max(0, usd - earlierUsd(key));
        spending?.settle({key, error, costUsd: costUsd && Math.max(0, costUsd - (paid.get(key) ?? 0))});
        const isRefused = refused.delete(key) && error?.kind === "aborted";
        if (isRefused || outcome.postponed) {
          later.push(call);
          if (costUsd && endpoint.stages) paid.set(key, costUsd);
        } else paid.delete(key);
        ended.push({call, outcome: endpoint.stages ? outcome : withCost(outcome, usd), costUsd});
      }
      wake?.();
      return ended;
    },
    stop() {
      stopped = true;
      wake?.();
    }
  };
}

/** An endpoint that states no price tells no cost; what the journal has, the run's cost has. */
function withCost(outcome: CallOutcome, costUsd: number | undefined): CallOutcome {
  const {completion, error} = outcome;
  if (costUsd === undefined || (completion ?? error.spent)?.costUsd !== undefined) return outcome;
  return completion
    ? {...outcome, completion: {...completion, costUsd}}
    : {...outcome, error: {...error, spent: {...error.spent, costUsd}}};
}

function callRequest(
  call: Call,
  {candidate, prepared: {endpoint, model}, record}: ReadyCandidate,
  prices: CallPrices | undefined
): CallRequest {
  const {key, messages, rowId, repeat, tokens} = call;
  const {params, tools} = candidate;
  const bounds = prices?.bounds(endpoint, {model, messages, params, tools}, record.hosting);
  return {
    key,
    candidate: record.name,
    endpoint: endpoint.name,
    model,
    messages,
    params,
    tools,
    rowId,
    repeat,
    estimateTokens: tokens + (answerTokens(params) ?? 0),
    worstCaseUsd: bounds?.worstCaseUsd,
    promptUsd: bounds?.promptUsd
  };
}

import {setMaxListeners} from "node:events";
import {limiterFor, type Limiter} from "../../endpoints/limiter.js";
import {
  type AttemptHooks,
  type Completion,
  type CompletionRequest,
  EndpointError,
  type Message
} from "../../endpoints/types.js";
import type {Row} from "../../scorers/index.js";
import {type Database, messageOf, UserError} from "../../store/index.js";
import type {AppendLog} from "../journal/appendLog.js";
import type {Bits} from "../journal/bits.js";
import {type Budget, createBudget, type Reservation, worstCaseUsd} from "./budget.js";
import {completedOutcome, failedOutcome, type Outcome} from "../journal/outcome.js";
import type {Gate} from "../plan/gate.js";
import {checkKey, estimateTokens, jsonOf, type Plan} from "../plan/plan.js";
import {readRows} from "../plan/rows.js";
import type {ReadyCandidate} from "../plan/readyCandidates.js";
import type {ResolvedEval} from "../plan/resolve.js";
import {scoreAll} from "./scoring.js";
import type {Tally} from "./tally.js";

export interface CallInputs {
  db: Database;
  plan: Plan;
  gate: Gate;
  resolved: ResolvedEval;
  ready: readonly ReadyCandidate[];
  done: Bits;
  journal: AppendLog;
  scoreLog: AppendLog;
  tally: Tally;
  concurrency: number;
  budgetUsd?: number;
  /** Wall clock in milliseconds since 1970. */
  now(): number;
  /** Stops feeding; calls in flight are waited for. */
  signal?: AbortSignal;
  /** Stops calls in flight too. */
  abortSignal?: AbortSignal;
}

interface Call {
  n: number;
  candidate: number;
  repeat: number;
  key: string;
  rowId: string;
  row: Row;
  messages: Message[];
  tokens: number;
  reservation?: Reservation;
}

/** Kinds of error after which the server may have done the work, and billed it. */
const MAYBE_BILLED = new Set(["timeout", "truncated-stream", "malformed", "aborted"]);

/**
 * Makes every call of the plan that is not done. Rows are taken in order and each is put to all candidates before
 * the next, through one limiter for each endpoint; at most a few calls beyond those in flight wait in memory.
 * Every outcome is in the journal before it is counted or scored. Returns why it stopped early, if it did.
 */
export async function makeCalls(inputs: CallInputs): Promise<string | undefined> {
  const {db, plan, gate, resolved, ready, done, journal, scoreLog, tally, now, signal, abortSignal} = inputs;
  const limiters = new Map<string, Limiter>();
  const limits = ready.map(({prepared: {endpoint}}) => {
    const limiter = limiters.get(endpoint.name) ?? limiterFor(endpoint, inputs.concurrency);
    limiters.set(endpoint.name, limiter);
    return limiter;
  });
  const budget = inputs.budgetUsd === undefined ? undefined : createBudget(inputs.budgetUsd);
  const most = 2 * inputs.concurrency * limiters.size + 64;
  const drained = new AbortController();
  setMaxListeners(0, drained.signal, ...(abortSignal ? [abortSignal] : []));
  const isoNow = () => new Date(now()).toISOString();
  let outstanding = 0;
  let stopped: string | undefined;
  let fatal: unknown;
  let wake: (() => void) | undefined;

  const stop = (reason: string) => {
    stopped ??= reason;
    drained.abort();
    wake?.();
  };
  const onSignal = () => stop("interrupted");
  signal?.addEventListener("abort", onSignal);
  if (signal?.aborted) onSignal();

  const record = async (call: Call, outcome: Outcome) => {
    await journal.append({n: call.n, ...outcome});
    tally.ended(call.candidate, outcome.status === "failed", outcome.cost_usd);
  };

  const score = async ({n, candidate, key, row, messages}: Call, completion: Completion) => {
    const scores = await scoreAll(resolved.scorers, resolved.expected, {
      key,
      row,
      completion,
      messages,
      ...(abortSignal ? {signal: abortSignal} : {})
    });
    for (const one of scores)
      if (one.scorer === resolved.primary && one.value !== undefined) tally.scored(candidate, one.value);
    // A lost score is given again from the journaled completion, so it need not be waited for.
    for (const one of scores) scoreLog.push({n, ...one});
  };

  /** One call to its end in the journal; the completion, when there is one to score. */
  const complete = async (call: Call, attempts: AttemptHooks): Promise<Completion | undefined> => {
    const {candidate, prepared} = ready[call.candidate]!;
    const request: CompletionRequest = {model: prepared.model, messages: call.messages};
    if (candidate.params) request.params = candidate.params;
    if (candidate.tools) request.tools = candidate.tools;
    let completion: Completion;
    try {
      completion = await prepared.endpoint.complete(request, {
        rowId: call.rowId,
        repeat: call.repeat,
        attempts,
        ...(abortSignal ? {signal: abortSignal} : {})
      });
    } catch (error) {
      const kind = error instanceof EndpointError ? error.kind : "endpoint";
      if (MAYBE_BILLED.has(kind)) call.reservation?.assumeSpent();
      else call.reservation?.settle(undefined);
      // What was stopped has not ended: it is missing, and the next start asks for it.
      if (kind === "aborted") return undefined;
      await record(call, failedOutcome(call.key, "endpoint", error, isoNow()));
      if (kind === "auth") stop(`${prepared.endpoint.name} refused the key`);
      return undefined;
    }
    call.reservation?.settle(completion.costUsd);
    const outcome = completedOutcome(call.key, completion, isoNow());
    await record(call, outcome);
    return completion;
  };

  const perform = async (call: Call): Promise<void> => {
    const maxTokens = ready[call.candidate]!.candidate.params?.max_tokens ?? 0;
    // The place is held until the outcome is in the journal: kill -9 loses no more calls than were allowed at once.
    const completion = await limits[call.candidate]!.run(
      async (attempts) => (drained.signal.aborted ? undefined : complete(call, attempts)),
      {estimateTokens: call.tokens + maxTokens, signal: drained.signal}
    ).catch((error: unknown) => {
      if (error instanceof EndpointError && error.kind === "aborted") return undefined;
      throw error;
    });
    if (completion) await score(call, completion);
    else call.reservation?.settle(undefined);
  };

  const launch = (call: Call, work: (call: Call) => Promise<void>) => {
    outstanding++;
    void work(call)
      .catch((error: unknown) => {
        fatal ??= error;
        stop("an error");
      })
      .finally(() => {
        outstanding--;
        wake?.();
      });
  };
  const change = () => new Promise<void>((resolve) => (wake = resolve));

  const reserve = async (call: Call): Promise<boolean> => {
    if (!budget) return true;
    const {candidate, prepared} = ready[call.candidate]!;
    const usd = worstCaseUsd(
      prepared.endpoint.price?.(prepared.model),
      Buffer.byteLength(JSON.stringify(call.messages)),
      candidate.params?.max_tokens
    );
    for (;;) {
      call.reservation = budget.reserve({candidate: candidate.name, ...(usd === undefined ? {} : {usd})});
      if (call.reservation) return true;
      if (stopped) return false;
      if (budget.open === 0) {
        stop(budgetText(inputs.budgetUsd!, budget));
        return false;
      }
      await change();
    }
  };

  try {
    if (done.count < plan.total) await feed();
  } catch (error) {
    fatal ??= error;
    drained.abort();
  }
  while (outstanding > 0) await change();
  signal?.removeEventListener("abort", onSignal);
  if (fatal)
    throw fatal instanceof UserError
      ? fatal
      : new Error(
          `the run stopped: ${messageOf(fatal)}. What was journaled is kept; start it again to continue.`,
          {cause: fatal}
        );
  return stopped;

  async function feed(): Promise<void> {
    let n = 0;
    for await (const batch of readRows(db, plan.rowsOf))
      for (const {row, rowId} of batch) {
        const first = n;
        n += ready.length * plan.variants.length * plan.repeats;
        const rendered = plan.variants.map(() => undefined as ReturnType<typeof render> | undefined);
        const render = (variant: number) => {
          const made = plan.variants[variant]!.render(row);
          return {...made, json: jsonOf(made)};
        };
        for (let at = first; at < n; at++) {
          if (done.has(at)) continue;
          while (outstanding >= most && !stopped) await change();
          if (stopped) return;
          const offset = Math.floor((at - first) / plan.repeats);
          const repeat = (at - first) % plan.repeats;
          const variant = offset % plan.variants.length;
          const candidate = Math.floor(offset / plan.variants.length);
          const prompt = (rendered[variant] ??= render(variant));
          const refusal = gate.refusal(ready[candidate]!.prepared.endpoint, rowId);
          const key =
            refusal !== undefined || prompt.json === undefined
              ? ""
              : ready[candidate]!.key(prompt.json, repeat, rowId);
          checkKey(plan, at, key, rowId);
          const call: Call = {
            n: at,
            candidate,
            repeat,
            key,
            rowId,
            row,
            messages: prompt.messages ?? [],
            tokens: estimateTokens(prompt.json ?? "")
          };
          if (refusal !== undefined) {
            const outcome = failedOutcome("", "refused-by-gate", refusal, isoNow());
            launch(call, (failed) => record(failed, outcome));
          } else if (prompt.failed !== undefined) {
            const outcome = failedOutcome("", "prompt", prompt.failed, isoNow());
            launch(call, (failed) => record(failed, outcome));
          } else if (await reserve(call)) launch(call, perform);
          else return;
        }
      }
  }
}

function budgetText(limitUsd: number, budget: Budget): string {
  return `budget: $${budget.spentUsd.toFixed(4)} of $${limitUsd} spent, and the next call might not fit`;
}

import {UserError} from "../store/index.js";
import {type AppendLog, openAppendLog} from "./journal/appendLog.js";
import type {Bits} from "./journal/bits.js";
import {makeCalls} from "./calls/calls.js";
import type {EvalDefinition} from "./define.js";
import type {Gate} from "./plan/gate.js";
import {collectGarbage} from "./keepHeapSmall.js";
import {buildManifest} from "./seal/manifest.js";
import type {Plan} from "./plan/plan.js";
import type {Place} from "./plan/rows.js";
import {preflight} from "./plan/preflight.js";
import type {ReadyCandidate} from "./plan/readyCandidates.js";
import type {ResolvedEval, RunOptions} from "./plan/resolve.js";
import {settle} from "./journal/reuse.js";
import type {RunFolder} from "./journal/folder.js";
import {journalFile, scoresFile} from "./journal/tables.js";
import type {RunEffects, RunInputs, RunResult} from "./runTypes.js";
import {seal} from "./seal/seal.js";
import {createTally} from "./calls/tally.js";

/**
 * Makes what a planned run is missing and seals it, in the folder that was chosen for it and is locked: calls, scores,
 * the sealed tables. Throws UserError when a candidate's endpoint is not ready or a budget cannot be kept.
 */
export async function makeRun(
  definition: EvalDefinition,
  inputs: RunInputs,
  place: Place,
  effects: RunEffects,
  resolved: ResolvedEval,
  ready: ReadyCandidate[],
  plan: Plan,
  gate: Gate,
  run: RunFolder,
  folder: string
): Promise<RunResult> {
  const {store, options = {}, signal, abortSignal} = inputs;
  const begun = effects.now();
  const target = store.workspace.runDir(run.id);
  const logs: AppendLog[] = [];
  const openLog = async (path: string) => {
    const log = await openAppendLog(path);
    logs.push(log);
    return log;
  };
  try {
    const runs = await store.runs();
    const journal = await openLog(journalFile(target));
    const scoreLog = await openLog(scoresFile(target));
    const settled = await settle(place, plan, runs, run.id, folder, options);
    const tally = createTally(
      plan.candidates,
      {planned: plan.total, done: settled.done.count, failed: settled.failed, reused: settled.reused},
      effects.now
    );
    const concurrency = options.concurrency ?? 16;
    const missing = plan.total - settled.done.count;
    let stopped: string | undefined;
    if (missing > 0) {
      const called = calledCandidates(plan, settled.done);
      for (const [index, {record, prepared}] of ready.entries())
        if (plan.refused[index]!.length > 0)
          effects.onMessage?.(
            `${record.name}: ${gate.message(prepared.endpoint, plan.refused[index]!, plan.rows)}`
          );
      checkBudget(ready, options);
      if (options.preflight !== false && !signal?.aborted)
        await preflight(
          ready.filter((_one, index) => called.has(index)),
          definition.needs,
          (message) => effects.onMessage?.(message),
          signal
        );
      const timer = setInterval(() => effects.onProgress?.(tally.progress("running")), 200);
      try {
        effects.onProgress?.(tally.progress("running"));
        stopped = await makeCalls({
          db: place.db,
          plan,
          gate,
          resolved,
          ready,
          done: settled.done,
          journal,
          scoreLog,
          tally,
          concurrency,
          now: effects.now,
          ...(options.budgetUsd === undefined ? {} : {budgetUsd: options.budgetUsd}),
          ...(signal ? {signal} : {}),
          ...(abortSignal ? {abortSignal} : {})
        });
      } finally {
        clearInterval(timer);
      }
    }
    await journal.close();
    effects.onProgress?.(tally.progress("sealing"));
    collectGarbage();
    const manifest = await seal({
      place,
      runs,
      plan,
      resolved,
      runId: run.id,
      settled,
      scoreLog,
      folder,
      concurrency,
      priced: ready.map(({record}) => record.endpointKind === "hosted" || record.endpointKind === "openai"),
      ...(options.retryFailed ? {retryFailed: true} : {}),
      ...(abortSignal ? {signal: abortSignal} : {}),
      manifest: async (figures) =>
        buildManifest({
          definition,
          resolved,
          plan,
          ready,
          run,
          figures,
          version: inputs.version,
          split: inputs.split,
          options,
          project: store.workspace.project,
          seconds: (effects.now() - begun) / 1000,
          sealedAt: effects.now(),
          ...(stopped === undefined ? {} : {stopped}),
          ...(inputs.evalFile === undefined ? {} : {evalFile: inputs.evalFile})
        })
    });
    await store.refresh();
    const last = tally.progress("done");
    effects.onProgress?.(last);
    return {manifest, unchanged: false, calls: last.candidates.reduce((sum, {called}) => sum + called, 0)};
  } finally {
    for (const log of logs) await log.close();
  }
}

/** Candidates, by their place, that have a request without an outcome. */
function calledCandidates(plan: Plan, done: Bits): Set<number> {
  const each = plan.variants.length * plan.repeats;
  const called = new Set<number>();
  for (let n = 0; n < plan.total && called.size < plan.candidates.length; n++)
    if (!done.has(n)) called.add(Math.floor(n / each) % plan.candidates.length);
  return called;
}

function checkBudget(ready: readonly ReadyCandidate[], options: RunOptions): void {
  if (options.budgetUsd === undefined) return;
  const unpriced = ready.filter(
    ({record}) => record.hosting === "api" && !record.price && record.endpointKind !== "recorded"
  );
  if (unpriced.length > 0)
    throw new UserError(
      `a budget needs prices, and none is known for ${unpriced.map(({record}) => `${record.name} (${record.model} at ${record.endpoint})`).join(", ")}. State "price" on the endpoint, or run without a budget.`
    );
}

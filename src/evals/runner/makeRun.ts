import type {HeldLease, RunManifest} from "../../base/store/index.js";
import {checkBudget} from "./calls/checkBudget.js";
import type {CallPrices} from "./calls/callPrices.js";
import {runPrices} from "./calls/runPrices.js";
import {makeCalls} from "./calls/calls.js";
import {createSpending, type Spending} from "./calls/spending.js";
import {createTally, type Tally} from "./calls/tally.js";
import type {EvalDefinition} from "./define.js";
import {answeredBy} from "./journal/answeredBy.js";
import {answeredStages} from "./journal/answeredStages.js";
import type {AppendLog} from "./journal/appendLog.js";
import type {Bits} from "./journal/bits.js";
import type {RunFolder} from "./journal/folder.js";
import {settle, type Settled} from "./journal/reuse.js";
import {type Closable, openLogs} from "./journal/runLogs.js";
import type {SupersededCalls} from "./journal/superseded.js";
import {collectGarbageBetween} from "./keepHeapSmall.js";
import {sensitivityOf} from "../../data/privacy/index.js";
import type {PrivacyCheck} from "./plan/privacyCheck.js";
import {candidateOf, type Plan} from "./plan/plan.js";
import {preflight} from "./plan/preflight.js";
import type {ReadyCandidate} from "./plan/readyCandidates.js";
import type {ResolvedEval} from "./plan/resolve.js";
import type {Place} from "./plan/rows.js";
import type {RunEffects, RunInputs, RunResult} from "./runTypes.js";
import {openRunCalls, type RunCalls, type RunCallsInputs} from "./calls/runCalls.js";
import {codeRevision} from "./seal/codeRevision.js";
import {buildManifest} from "./seal/manifest.js";
import {type EndedCompletions, openCompletions} from "./seal/completions.js";
import {seal} from "./seal/seal.js";

/** A run that is planned, in the folder that was chosen for it and is locked. */
export interface PlannedRun {
  definition: EvalDefinition;
  inputs: RunInputs;
  place: Place;
  effects: RunEffects;
  resolved: ResolvedEval;
  ready: readonly ReadyCandidate[];
  plan: Plan;
  privacyCheck: PrivacyCheck;
  run: RunFolder;
  /** Its lease. */
  held: HeldLease;
  /** Folder for what is half-made. */
  folder: string;
}

/** What a start writes to, and what it knows of earlier ones. */
interface Begun {
  journal: AppendLog;
  superseded: SupersededCalls;
  scoreLog: AppendLog;
  settled: Settled;
  ended: EndedCompletions;
  tally: Tally;
  spending?: Spending;
  prices: CallPrices;
  made: RunCalls;
  outage: RunCallsInputs["outage"];
}

const CONCURRENCY = 16;

/**
 * Makes what a planned run is missing and seals it: calls, scores, the sealed tables. Throws UserError when a candidate's
 * endpoint is not ready or a budget cannot be kept.
 */
export async function makeRun(planned: PlannedRun): Promise<RunResult> {
  const {inputs, place, effects, resolved, ready, plan, run, folder} = planned;
  const {store, options = {}} = inputs;
  const startedMs = effects.now();
  // Git takes its time, in a large repository seconds: it looks while the calls are made.
  const code = codeRevision(store.workspace.project);
  code.catch(() => undefined);
  let ended: EndedCompletions | undefined;
  const logs: Closable[] = [];
  try {
    const runs = await store.runs({archived: true});
    const {journal, scoreLog, superseded} = await openLogs(store.workspace, run.id, logs);
    const settled = await settle({place, plan, runs, runId: run.id, folder, options});
    const {done, failed, reused} = settled;
    const tally = createTally(
      plan.candidates,
      {planned: plan.total, done: done.count, failed, reused},
      effects.now
    );
    const spending = options.budgetUsd === undefined ? undefined : createSpending(options.budgetUsd);
    const {prices, priced, problem} = await runPrices(planned);
    ended = openCompletions({...planned, ready: priced, runId: run.id, settled, journal});
    const concurrency = options.concurrency ?? CONCURRENCY;
    const outage = outageSettings(planned, tally);
    const answered = await answeredStages(place, plan, ready, settled);
    const made = await openRunCalls(planned, {spending, prices, concurrency, outage, answered});
    logs.push(made);
    if (spending) checkBudget(plan.total > done.count ? ready : [], resolved.scorers, prices, problem);
    const begun: Begun = {
      journal,
      superseded,
      scoreLog,
      settled,
      ended,
      tally,
      spending,
      prices,
      made,
      outage
    };
    const stopped = await callMissing(planned, begun);
    await journal.close();
    await superseded.close();
    effects.onProgress?.(tally.progress("sealing"));
    collectGarbageBetween();
    const seconds = () => (effects.now() - startedMs) / 1000;
    const manifest = await sealMade(planned, begun, {runs, priced, concurrency, code, seconds, stopped});
    store.refresh();
    effects.onProgress?.(tally.progress("done"));
    const scorerCalls = made.scorerCalls.tally.made;
    return {manifest, unchanged: false, scorerCalls, ...billsOf(begun, options.budgetUsd)};
  } finally {
    await ended?.idle();
    await Promise.all(logs.map((log) => log.close()));
  }
}

interface Sealing {
  runs: readonly RunManifest[];
  priced: readonly ReadyCandidate[];
  concurrency: number;
  code: Promise<RunManifest["code"]>;
  /** Since the start. */
  seconds(): number;
  stopped: string | undefined;
}

function sealMade(
  planned: PlannedRun,
  {settled, scoreLog, superseded, made, ended, tally, spending, prices}: Begun,
  {runs, priced, concurrency, code, seconds, stopped}: Sealing
): Promise<RunManifest> {
  const {inputs, place, effects, resolved, plan, run, folder, held} = planned;
  const {store, options = {}, abortSignal} = inputs;
  return seal({
    place,
    runs,
    plan,
    resolved,
    runId: run.id,
    settled,
    scoreLog,
    superseded,
    folder,
    concurrency,
    scorerCalls: made.scorerCalls,
    candidates: priced.map(({record}) => record),
    ended,
    retryFailed: options.retryFailed,
    signal: abortSignal,
    held,
    manifest: async (figures) =>
      buildManifest({
        ...planned,
        ...inputs,
        ready: priced,
        prices,
        options,
        figures,
        project: store.workspace.project,
        code: await code,
        seconds: seconds(),
        sealedAt: effects.now(),
        ...made.ofAllStarts(),
        concurrency: [
          ...(callsOf(tally) > 0 ? [concurrency] : []),
          ...concurrencyOf(runs, settled.reusedFrom)
        ],
        stopped: stopped ?? spending?.stopped ?? made.sideGuards.gaveUp
      })
  });
}

function callsOf(tally: Tally): number {
  return tally.progress("done").candidates.reduce((sum, {called}) => sum + called, 0);
}

/** What some of the runs had in flight. */
function concurrencyOf(runs: readonly RunManifest[], ids: readonly string[]): number[] {
  return runs.flatMap(({id, concurrency}) => (ids.includes(id) ? (concurrency ?? []) : []));
}

/** Makes the calls that have no outcome, if there are any; why it stopped early, if it did. */
async function callMissing(
  {definition, inputs, place, effects, resolved, ready, plan, privacyCheck, run}: PlannedRun,
  {journal, superseded, scoreLog, settled, ended, tally, spending, prices, made, outage}: Begun
): Promise<string | undefined> {
  const {options = {}, signal, abortSignal, createExecutor} = inputs;
  const {done, answered} = settled;
  if (plan.total === done.count) return undefined;
  const called = calledCandidates(plan, done);
  for (const [index, {record, prepared}] of ready.entries())
    if (plan.refused[index]!.length > 0)
      effects.onMessage?.(
        `${record.name}: ${privacyCheck.message(prepared.endpoint, plan.refused[index]!, plan.rows)}`
      );
  if (options.preflight !== false && !signal?.aborted)
    try {
      await preflight(
        {ready: ready.filter((_one, index) => called.has(index)), resolved, needs: definition.needs},
        (message) => effects.onMessage?.(message),
        {
          signal,
          around: made.preflightCalls.around,
          answered: done.count > 0 ? await answeredBy(place, plan, settled) : []
        }
      );
    } catch (error) {
      if (spending?.stopped !== undefined) return spending.stopped;
      throw error;
    }
  const timer = setInterval(() => effects.onProgress?.(tally.progress("running")), 200);
  // What waits for nothing that can come is noticed when the process has no more to do.
  timer.unref();
  // The calls leave DuckDB idle: it makes what the sealed run will need. A failure is met there.
  const packing = plan.tables(run.id).catch(() => undefined);
  try {
    effects.onProgress?.(tally.progress("running"));
    return await makeCalls({
      db: place.db,
      plan,
      privacyCheck,
      resolved,
      ready,
      done,
      answered,
      journal,
      superseded,
      scoreLog,
      onEnded: (n) => ended.ended(n),
      tally,
      concurrency: options.concurrency ?? CONCURRENCY,
      now: effects.now,
      spending,
      prices,
      made,
      signal,
      abortSignal,
      outage,
      createExecutor,
      run: {id: run.id, store: inputs.store.workspace.dir, sensitivity: sensitivityOf(inputs.version)}
    });
  } finally {
    clearInterval(timer);
    await packing;
  }
}

function outageSettings(
  {inputs: {options = {}}, effects}: PlannedRun,
  tally: Tally
): RunCallsInputs["outage"] {
  const {giveUpAfterSeconds} = options;
  return {
    giveUpMs: giveUpAfterSeconds === undefined ? undefined : 1000 * giveUpAfterSeconds,
    onMessage: effects.onMessage,
    onWait: (endpoint, wait) => tally.waits(endpoint, wait)
  };
}

/** What a start called and paid, as far as it is known. */
function billsOf(
  {spending, tally, made}: Pick<Begun, "spending" | "tally" | "made">,
  limitUsd = Infinity
): Pick<RunResult, "calls" | "spentUsd" | "budgetStop" | "overBudgetUsd" | "uncountedAttempts"> {
  const {spentUsd, stopped: budgetStop} = spending ?? {};
  const over = (spentUsd ?? 0) - limitUsd;
  return {
    calls: callsOf(tally),
    spentUsd,
    budgetStop,
    overBudgetUsd: over > 0 ? over : undefined,
    uncountedAttempts: tally.uncountedAttempts + made.scorerCalls.tally.uncountedAttempts || undefined
  };
}

/** Candidates, by their place, that have a request without an outcome. */
function calledCandidates(plan: Plan, done: Bits): Set<number> {
  const called = new Set<number>();
  for (let n = 0; n < plan.total && called.size < plan.candidates.length; n++)
    if (!done.has(n)) called.add(candidateOf(plan, n));
  return called;
}

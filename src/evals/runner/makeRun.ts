import {checkBudget} from "./calls/pricesForBudget.js";
import {makeCalls} from "./calls/calls.js";
import {type CallPace, openRunCalls} from "./calls/runCalls.js";
import {runPrices} from "./calls/runPrices.js";
import {isLimited} from "./calls/payAtOnce.js";
import {keepBudget, type BudgetKeeper} from "./calls/keepBudget.js";
import {createTally, type Tally} from "./calls/tally.js";
import {notePlanned} from "./journal/folder.js";
import {answeredStages, answeredBy} from "./journal/whoAnswered.js";
import type {Bits} from "./journal/bits.js";
import {settle} from "./journal/reuse.js";
import {type Closable, openLogs} from "./journal/superseded.js";
import {collectGarbageBetween} from "./keepHeapSmall.js";
import {candidateOf, type RunPlan} from "./plan/plan.js";
import {preflight} from "./plan/preflight.js";
import type {RunResult} from "./result.js";
import type {LeasedRun, Run} from "./run.js";
import {codeRevision} from "./seal/codeRevision.js";
import {type EndedCompletions, openCompletions} from "./seal/completions.js";
import {buildManifest} from "./seal/manifest.js";
import {seal} from "./seal/seal.js";
import type {EvalTask} from "./task.js";

const CONCURRENCY = 16;

/**
 * Makes what a planned run is missing and seals it: calls, scores, the sealed tables. Throws UserError when a candidate's
 * endpoint is not ready or a budget cannot be kept.
 */
export async function makeRun(leased: LeasedRun): Promise<RunResult> {
  const {task, requests} = leased;
  const {store} = task.inputs;
  const {effects} = task;
  const startedMs = effects.now();
  // Git takes its time, in a large repository seconds: it looks while the calls are made.
  const code = codeRevision(store.workspace.project);
  code.catch(() => undefined);
  const opened: OpenedParts = {logs: []};
  try {
    const {run, priceProblem} = await openRun(leased, opened);
    const {journal, budget, calls, tally} = run;
    if (budget.spending) {
      const asked = requests.plan.total > journal.settled.done.count ? requests.ready : [];
      checkBudget(asked, task.resolved.scorers, budget.prices, priceProblem);
    }
    const stoppedCalls = await callMissing(run);
    await journal.calls.close();
    await journal.superseded.close();
    effects.onProgress?.(tally.progress("sealing"));
    collectGarbageBetween();
    const manifest = await seal(run, async (figures) =>
      buildManifest(run, {
        figures,
        code: await code,
        stopped: stoppedCalls ?? budget.spending?.stopped ?? calls.scorers.guards.gaveUp,
        seconds: (effects.now() - startedMs) / 1000,
        concurrency: concurrencyOf(run)
      })
    );
    store.refresh();
    effects.onProgress?.(tally.progress("done"));
    const scorerCalls = calls.scorers.calls.tally.made;
    return {manifest, unchanged: false, scorerCalls, ...billsOf(run)};
  } finally {
    await opened.ended?.idle();
    await Promise.all(opened.logs.map((log) => log.close()));
    if (task.inputs.budget) task.inputs.budget.spentUsd += opened.spending?.spentUsd ?? 0;
  }
}

/** Undefined where nothing limits what is spent. */
function spendingOf({inputs: {budget, options = {}}}: EvalTask): BudgetKeeper | undefined {
  const {budgetUsd = Infinity} = options;
  const limits = budgetUsd < Infinity || (budget && isLimited(budget));
  return limits ? keepBudget(budgetUsd, budget) : undefined;
}

/** What is closed at the end, also when a later part cannot be opened. */
interface OpenedParts {
  logs: Closable[];
  ended?: EndedCompletions;
  spending?: BudgetKeeper;
}

/** Opens the parts of a start: its journal, its budget and its calls. */
async function openRun(leased: LeasedRun, opened: OpenedParts): Promise<{run: Run; priceProblem?: string}> {
  const {task, place, requests, lease} = leased;
  const {plan, ready} = requests;
  const {store, options = {}} = task.inputs;
  const runId = lease.run.id;
  const runs = await store.runs({archived: true});
  const logs = await openLogs(store.workspace, runId, opened.logs);
  const settled = await settle({place, plan, runs, runId, options});
  const {done, failed, reused} = settled;
  await notePlanned(store.workspace, runId, plan.total - reused);
  const counts = {planned: plan.total, done: done.count, failed, reused};
  const tally = createTally(plan.candidates, counts, task.effects.now);
  const spending = spendingOf(task);
  opened.spending = spending;
  const {prices, priced, problem} = await runPrices(leased);
  const ended = openCompletions({place, plan, runId, settled, journal: logs.calls, ready: priced});
  opened.ended = ended;
  const calls = await openRunCalls(task, lease.run, {
    spending,
    prices,
    concurrency: options.concurrency ?? CONCURRENCY,
    outage: outageSettings(task, tally),
    answered: await answeredStages(place, plan, ready, settled)
  });
  opened.logs.push(calls);
  const journal = {...logs, settled, ended, runs};
  return {run: {...leased, journal, budget: {prices, priced, spending}, calls, tally}, priceProblem: problem};
}

/** Calls in flight of this start, when it made one, and of the runs that answers come from. */
function concurrencyOf({journal: {runs, settled}, calls, tally}: Run): number[] {
  const reused = runs.filter(({id}) => settled.reusedFrom.includes(id));
  return [
    ...(callsMade(tally) > 0 ? [calls.pace.concurrency] : []),
    ...reused.flatMap(({concurrency}) => concurrency ?? [])
  ];
}

function callsMade(tally: Tally): number {
  return tally.progress("done").candidates.reduce((sum, {called}) => sum + called, 0);
}

/** Makes the calls that have no outcome, if there are any; why it stopped early, if it did. */
async function callMissing(run: Run): Promise<string | undefined> {
  const {requests, journal, budget, tally} = run;
  const {effects} = run.task;
  const {plan} = requests;
  if (plan.total === journal.settled.done.count) return undefined;
  reportRefusals(run);
  try {
    await preflightCalled(run);
  } catch (error) {
    if (budget.spending?.stopped !== undefined) return budget.spending.stopped;
    throw error;
  }
  const timer = setInterval(() => effects.onProgress?.(tally.progress("running")), 200);
  // Does not keep the process alive, so that a hang is detected.
  timer.unref();
  // The calls leave DuckDB idle: it makes what the sealed run will need. A failure is met there.
  const packing = plan.tables(run.lease.run.id).catch(() => undefined);
  try {
    effects.onProgress?.(tally.progress("running"));
    return await makeCalls(run);
  } finally {
    clearInterval(timer);
    await packing;
  }
}

/** Says of each candidate how many rows may not be sent to it. */
function reportRefusals({task: {effects}, requests: {plan, ready, privacyCheck}}: Run): void {
  for (const [index, {record, prepared}] of ready.entries()) {
    const refused = plan.refused[index]!;
    if (refused.length > 0)
      effects.onMessage?.(`${record.name}: ${privacyCheck.message(prepared.endpoint, refused, plan.rows)}`);
  }
}

/** Asks the endpoints that will be called whether they are ready. */
async function preflightCalled({task, place, requests, journal, calls}: Run): Promise<void> {
  const {definition, resolved, inputs, effects} = task;
  const {options = {}, signal} = inputs;
  if (options.preflight === false || signal?.aborted) return;
  const {plan} = requests;
  const called = calledCandidates(plan, journal.settled.done);
  const ready = requests.ready.filter((_one, index) => called.has(index));
  const answered = journal.settled.done.count > 0 ? await answeredBy(place, plan, journal.settled) : [];
  await preflight({ready, resolved, needs: definition.needs}, (message) => effects.onMessage?.(message), {
    signal,
    around: calls.preflights.around,
    answered
  });
}

function outageSettings({inputs: {options = {}}, effects}: EvalTask, tally: Tally): CallPace["outage"] {
  const {giveUpAfterSeconds} = options;
  return {
    giveUpMs: giveUpAfterSeconds === undefined ? undefined : 1000 * giveUpAfterSeconds,
    onMessage: effects.onMessage,
    onWait: (endpoint, wait) => tally.waits(endpoint, wait)
  };
}

/** What a start called and paid, as far as it is known. */
function billsOf({
  budget,
  calls,
  tally
}: Run): Pick<RunResult, "calls" | "spentUsd" | "budgetStop" | "overBudgetUsd" | "uncountedAttempts"> {
  const {spentUsd, stopped: budgetStop} = budget.spending ?? {};
  const over = budget.spending?.overUsd ?? 0;
  return {
    calls: callsMade(tally),
    spentUsd,
    budgetStop,
    overBudgetUsd: over > 0 ? over : undefined,
    uncountedAttempts: tally.uncountedAttempts + calls.scorers.calls.tally.uncountedAttempts || undefined
  };
}

/** Candidates, by their place, that have a request without an outcome. */
function calledCandidates(plan: RunPlan, done: Bits): Set<number> {
  const called = new Set<number>();
  for (let n = 0; n < plan.total && called.size < plan.candidates.length; n++)
    if (!done.has(n)) called.add(candidateOf(plan, n));
  return called;
}

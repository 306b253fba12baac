import {rm} from "node:fs/promises";
import {join} from "node:path";
import {tombstones} from "../../data/datasets/index.js";
import {UserError} from "../../base/validation/index.js";
import {
  isDiskFull,
  namingTarget,
  refusedByMachine,
  sweepTemporary,
  temporaryPath,
  makeFolder
} from "../../base/system/index.js";
import {askAgain, type Database, hasRunFile, openDatabase} from "../../base/store/index.js";
import {asDefined} from "../../data/privacy/index.js";
import {withinBudget} from "./calls/commandBudget.js";
import {payAtOnce, type Payment} from "./calls/payAtOnce.js";
import type {EvalDefinition} from "./define.js";
import {forecast} from "./dryRun.js";
import {
  guardScorers,
  knownRecipients,
  openPrivacyCheck,
  refuseOutright,
  scorerRecipients
} from "./plan/rowsForEndpoints.js";
import {keepHeapSmall} from "./keepHeapSmall.js";
import {makeRun} from "./makeRun.js";
import {openHeldOut} from "./plan/openHeldOut.js";
import {makePlan} from "./plan/plan.js";
import {countOpenRows, fewShotRows, type RunWorkspace} from "./plan/rows.js";
import {previewPrompts} from "./plan/promptPreview.js";
import {variantsOf} from "./plan/prompts.js";
import {closeCandidates, readyCandidates, type ReadyCandidate} from "./plan/readyCandidates.js";
import {resolveEval} from "./plan/resolve.js";
import {allSettled, settle} from "./journal/reuse.js";
import {chooseFolder, latestFolder, planId} from "./journal/folder.js";
import type {RunResult} from "./result.js";
import type {PlannedRun} from "./run.js";
import type {EvalTask, RunEffects, RunInputs} from "./task.js";

/**
 * Runs an eval on one split: plans all requests, makes the calls whose completions the store does not have, scores
 * them and seals the run. The same plan goes on in the same run however its last start ended, and gives back the
 * sealed run when nothing is missing. Throws UserError for whatever the person can mend.
 */
export async function runEval(definition: EvalDefinition, given: RunInputs): Promise<RunResult> {
  const {dataset} = definition;
  const inputs = typeof dataset === "string" ? given : {...given, version: asDefined(given.version, dataset)};
  const {store, version, evalName} = inputs;
  // From the first look at its rows: until a run is sealed no record of it refers to its version and split.
  return store.workspace.share(
    `using-${version.id}`,
    {what: `eval ${evalName} on ${version.dataset}@${version.id}`},
    ({lost}) => withinBudget(stoppedBy(lost, inputs), (within) => planAndRun(definition, within))
  );
}

/** The inputs, whose signals abort too when a lease of the run is lost: calls that another machine makes are paid twice. */
function stoppedBy(lost: AbortSignal, inputs: RunInputs): RunInputs {
  const {signal, abortSignal} = inputs;
  return {
    ...inputs,
    signal: signal ? AbortSignal.any([signal, lost]) : lost,
    abortSignal: abortSignal ? AbortSignal.any([abortSignal, lost]) : lost
  };
}

async function planAndRun(definition: EvalDefinition, inputs: RunInputs): Promise<RunResult> {
  const {workspace} = inputs.store;
  await sweepTemporary(workspace.tmpDir);
  const folder = temporaryPath(join(workspace.tmpDir, "run"));
  // DuckDB starts while the scorers are identified.
  const opening = openRunDatabase(workspace.tmpDir);
  opening.catch(() => undefined);
  const leaveHeap = keepHeapSmall();
  try {
    const {evalName, version, split, options = {}} = inputs;
    const resolved = await resolveEval(definition, evalName, version, split, options);
    const effects: RunEffects = {now: Date.now, ...inputs.effects};
    const place: RunWorkspace = {db: await opening, workspace, folder};
    return await runTask({definition, inputs, resolved, effects}, place);
  } catch (error) {
    const named = namingTarget(error, folder, workspace.tmpDir);
    if (!isDiskFull(named)) throw named;
    throw new UserError(
      `${refusedByMachine(named, workspace.dir)} What the run has journaled is kept, and goes on from there.`,
      {cause: error}
    );
  } finally {
    leaveHeap();
    await opening.then(
      (db) => db.close(),
      () => undefined
    );
    await rm(folder, {recursive: true, force: true});
  }
}

/** Shows prompts, forecasts, or runs: the steps of one call of `runEval`. */
async function runTask(task: EvalTask, place: RunWorkspace): Promise<RunResult> {
  const {definition, resolved, inputs} = task;
  const {showPrompts, dryRun} = inputs.options ?? {};
  const rows = await countOpenRows(place, inputs.split, resolved, definition.fewShot);
  if (showPrompts === undefined) await openPart(task, rows);
  await makeFolder(place.folder);
  const ready: ReadyCandidate[] = [];
  try {
    if (showPrompts !== undefined) return await preview(task, place, showPrompts);
    const erased = await tombstones(place.workspace, inputs.version.dataset);
    ready.push(...(await prepareCandidates(task, place)));
    const planned = await planRun(task, place, ready);
    return dryRun ? await forecastOf(planned) : await runUnderLease(planned, erased.length);
  } finally {
    await closeCandidates(
      ready,
      resolved.scorers.flatMap(({scorer}) => scorer.asks ?? [])
    );
  }
}

/** Before a row is read: notes that a held-out part is opened, and refuses a recipient that may see no row. */
async function openPart(task: EvalTask, rows: number): Promise<void> {
  if (!task.inputs.opened) await openHeldOut(task, rows);
  refuseOutright(task.inputs.version, knownRecipients(task.resolved));
}

async function preview(task: EvalTask, place: RunWorkspace, rows: number): Promise<RunResult> {
  const shown = Math.min(rows, task.inputs.options?.limit ?? Infinity);
  return {prompts: await previewPrompts(task, place, shown), unchanged: true, calls: 0};
}

async function prepareCandidates(
  {resolved, inputs, effects}: EvalTask,
  {db}: RunWorkspace
): Promise<ReadyCandidate[]> {
  const {store, version, split, options = {}, budget, signal} = inputs;
  const {dryRun} = options;
  const pay = budget && ((payment: Payment) => payAtOnce(budget, payment));
  const onMessage = (message: string) => effects.onMessage?.(message);
  const ready = await readyCandidates(resolved, {store, db, version, split, dryRun, pay, onMessage, signal});
  if (!dryRun) for (const {prepared} of ready) prepared.endpoint.warmUp?.();
  return ready;
}

/** Checks which rows may go where, draws the few-shot examples, makes the prompts and plans the requests. */
async function planRun(
  task: EvalTask,
  place: RunWorkspace,
  ready: readonly ReadyCandidate[]
): Promise<PlannedRun> {
  const {definition, resolved, inputs, effects} = task;
  const {store, version, split} = inputs;
  const recipients = [
    ...ready.map(({record, prepared}) => ({name: record.name, endpoint: prepared.endpoint})),
    ...scorerRecipients(resolved.scorers)
  ];
  const privacyCheck = await openPrivacyCheck(store, version, recipients, effects.onMessage);
  const fewShot = await fewShotRows(place, {
    version,
    split,
    fewShot: definition.fewShot,
    seed: resolved.seed,
    mayGo: privacyCheck.everywhere,
    onMessage: effects.onMessage
  });
  const variants = variantsOf(definition.prompt, fewShot, resolved.expected);
  const plan = await makePlan(task, place, {ready, privacyCheck, variants, fewShot});
  return {task, place, requests: {plan, ready, privacyCheck}};
}

/** No run is called so: runs end in digits. */
const NO_RUN = "none";

/** What a planned run would ask and cost. */
async function forecastOf(planned: PlannedRun): Promise<RunResult> {
  const {task, place, requests} = planned;
  const {store, options = {}} = task.inputs;
  const {plan} = requests;
  const runs = await store.runs({archived: true});
  const {next, found} = await latestFolder(place, task.resolved.name, plan, options);
  // What a sealed run holds is in the store; one that was killed has it in its own journal.
  const journaled = found !== undefined && (await hasRunFile(place.workspace, found.id, "journal.ndjson"));
  const sealedAlone = found?.sealed !== undefined && !journaled;
  const runId = sealedAlone ? NO_RUN : (found?.id ?? next);
  // What failed in it is not asked again by the run itself.
  const failuresOf = [...(options.failuresOf ?? []), ...(sealedAlone ? [found.id] : [])];
  const finished = options.noReuse || !found?.finished ? undefined : found.sealed;
  const settled =
    finished !== undefined
      ? allSettled(plan.total, finished.counts.failed)
      : await settle({place, plan, runs, runId, options: {...options, failuresOf}});
  const budget = finished === undefined ? task.inputs.budget : undefined;
  const dryRun = await forecast(planned, {runs, settled, runId, budget});
  return {dryRun, unchanged: true, calls: 0};
}

/** Makes the calls of a plan that was made when `erased` rows of the dataset had been erased. */
async function runUnderLease(planned: PlannedRun, erased: number): Promise<RunResult> {
  const {task, place, requests} = planned;
  const {inputs, effects, resolved} = task;
  const {version, options = {}} = inputs;
  const {plan, privacyCheck} = requests;
  const runId = planId(resolved.name, plan.hash);
  return place.workspace.lease(
    `run-${runId}`,
    {
      what: `the run ${runId}`,
      waitMs: options.lockWaitMs ?? 0,
      onWait: (message) => effects.onMessage?.(message),
      signal: inputs.signal
    },
    async (held) => {
      // A purge refuses beside a run that holds its lock; this one was planned before it did.
      if ((await tombstones(place.workspace, version.dataset)).length !== erased)
        throw new UserError(
          `rows of ${version.dataset} were erased while this run was planned. Nothing was called; start it again.`
        );
      const run = await chooseFolder(place, resolved.name, plan, options, effects.now);
      if (run.finished && run.sealed) {
        // Rounds are asked for by their race, whose record says when.
        const manifest = options.raceRound
          ? run.sealed
          : await askAgain(place.workspace, run.sealed, held, effects.now());
        return {manifest, unchanged: true, calls: 0};
      }
      const guarded: EvalTask = {
        ...task,
        inputs: stoppedBy(held.lost, inputs),
        resolved: {...resolved, scorers: guardScorers(resolved.scorers, privacyCheck)}
      };
      return makeRun({...planned, task: guarded, lease: {run, held}});
    }
  );
}

async function openRunDatabase(tmpDir: string): Promise<Database> {
  // One thread: each of DuckDB's takes buffers of 32 MB, and the calls need the other cores.
  const db = await openDatabase({tmpDir, threads: 1});
  // What DuckDB has freed goes back to the system, files are not kept in memory, and rows are written as they come.
  for (const setting of [
    "allocator_background_threads = true",
    "enable_external_file_cache = false",
    "write_buffer_row_group_count = 1"
  ])
    await db.run(`set ${setting}`);
  return db;
}

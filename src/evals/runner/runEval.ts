import {mkdir, rm} from "node:fs/promises";
import {join} from "node:path";
import {tombstones} from "../../data/datasets/index.js";
import {UserError} from "../../base/validation/index.js";
import {
  isDiskFull,
  namingTarget,
  refusedByMachine,
  sweepTemporary,
  temporaryPath
} from "../../base/system/index.js";
import {askAgain, type Database, hasRunFile, openDatabase} from "../../base/store/index.js";
import {asDefined} from "../../data/privacy/index.js";
import type {EvalDefinition} from "./define.js";
import {forecast} from "./dryRun.js";
import {
  guardScorers,
  knownRecipients,
  openPrivacyCheck,
  refuseOutright,
  scorerRecipients
} from "./plan/privacyCheck.js";
import {keepHeapSmall} from "./keepHeapSmall.js";
import {makeRun, type PlannedRun} from "./makeRun.js";
import {openHeldOut} from "./plan/openHeldOut.js";
import {makePlan, type RunPlan} from "./plan/plan.js";
import {planHeader} from "./plan/header.js";
import {countOpenRows, fewShotRows, type RunWorkspace} from "./plan/rows.js";
import {previewPrompts} from "./plan/promptPreview.js";
import {variantsOf} from "./plan/prompts.js";
import {closeCandidates, readyCandidates, type ReadyCandidate} from "./plan/readyCandidates.js";
import {resolveEval, type ResolvedEval} from "./plan/resolve.js";
import {allSettled, settle} from "./journal/reuse.js";
import {chooseFolder, latestFolder, planId} from "./journal/folder.js";
import type {RunEffects, RunInputs, RunResult} from "./runTypes.js";

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
    ({lost}) => planAndRun(definition, stoppedBy(lost, inputs))
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
    const place: RunWorkspace = {db: await opening, workspace};
    return await planAndRunIn(place, folder, definition, resolved, inputs);
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

async function planAndRunIn(
  place: RunWorkspace,
  folder: string,
  definition: EvalDefinition,
  resolved: ResolvedEval,
  inputs: RunInputs
): Promise<RunResult> {
  const {store, version, split, options = {}, signal} = inputs;
  const {workspace} = place;
  const effects: RunEffects = {now: Date.now, ...inputs.effects};
  const tell = (message: string) => effects.onMessage?.(message);
  const rows = await countOpenRows(place, split, resolved, definition.fewShot);
  if (options.showPrompts === undefined) {
    if (!inputs.opened)
      await openHeldOut({workspace, resolved, version, split, rows, options, now: effects.now});
    refuseOutright(version, knownRecipients(resolved));
  }
  await mkdir(folder, {recursive: true});
  let ready: ReadyCandidate[] = [];
  try {
    if (options.showPrompts !== undefined) {
      const shown = Math.min(options.showPrompts, options.limit ?? Infinity);
      const preview = {store, place, definition, resolved, version, split, rows: shown, folder};
      return {prompts: await previewPrompts({...preview, onMessage: tell}), unchanged: true, calls: 0};
    }
    const erased = await tombstones(workspace, version.dataset);
    const {dryRun} = options;
    ready = await readyCandidates(resolved, {
      store,
      db: place.db,
      version,
      split,
      dryRun,
      onMessage: tell,
      signal
    });
    if (!dryRun) for (const {prepared} of ready) prepared.endpoint.warmUp?.();
    const privacyCheck = await openPrivacyCheck(
      store,
      version,
      [
        ...ready.map(({record, prepared}) => ({name: record.name, endpoint: prepared.endpoint})),
        ...scorerRecipients(resolved.scorers)
      ],
      tell
    );
    const plan = await planRun({definition, inputs, place, effects, resolved, ready, privacyCheck, folder});
    const planned = {definition, inputs, place, effects, resolved, ready, plan, privacyCheck, folder};
    if (options.dryRun) return await forecastOf(planned);
    return await runUnderLease(planned, {
      runId: planId(resolved.name, plan.hash),
      erased: erased.length
    });
  } finally {
    await closeCandidates(
      ready,
      resolved.scorers.flatMap(({scorer}) => scorer.asks ?? [])
    );
  }
}

/** No run is called so: runs end in digits. */
const NO_RUN = "none";

/** What a planned run would ask and cost. */
async function forecastOf(planned: Omit<PlannedRun, "run" | "held">): Promise<RunResult> {
  const {definition, inputs, place, effects, resolved, ready, plan, privacyCheck, folder} = planned;
  const {store, options = {}} = inputs;
  const {workspace} = place;
  const runs = await store.runs({archived: true});
  const {next, found} = await latestFolder(place, resolved.name, plan, options);
  // What a sealed run holds is in the store; one that was killed has it in its own journal.
  const journaled = found !== undefined && (await hasRunFile(workspace, found.id, "journal.ndjson"));
  const sealedAlone = found?.sealed !== undefined && !journaled;
  const runId = sealedAlone ? NO_RUN : (found?.id ?? next);
  // What failed in it is not asked again by the run itself.
  const failuresOf = [...(options.failuresOf ?? []), ...(sealedAlone ? [found.id] : [])];
  const finished = options.noReuse || !found?.finished ? undefined : found.sealed;
  const settled =
    finished !== undefined
      ? allSettled(plan.total, finished.counts.failed)
      : await settle({place, plan, runs, runId, folder, options: {...options, failuresOf}});
  const dryRun = await forecast({
    evalName: resolved.name,
    place,
    runs,
    plan,
    privacyCheck,
    ready,
    scorers: resolved.scorers,
    needs: definition.needs,
    settled,
    runId,
    folder,
    noReuse: options.noReuse,
    budgetUsd: finished === undefined ? options.budgetUsd : undefined,
    now: effects.now
  });
  return {dryRun, unchanged: true, calls: 0};
}

/** Makes the calls of a plan that was made when `erased` rows of the dataset had been erased. */
async function runUnderLease(
  planned: Omit<PlannedRun, "run" | "held">,
  {runId, erased}: {runId: string; erased: number}
): Promise<RunResult> {
  const {inputs, place, effects, resolved, plan, privacyCheck} = planned;
  const {version, options = {}} = inputs;
  return place.workspace.lease(
    `run-${runId}`,
    {
      what: `the run ${runId}`,
      waitMs: options.lockWaitMs ?? 0,
      onWait: (message) => effects.onMessage?.(message)
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
      const guarded = {...resolved, scorers: guardScorers(resolved.scorers, privacyCheck)};
      const stoppable = stoppedBy(held.lost, inputs);
      return makeRun({...planned, inputs: stoppable, resolved: guarded, run, held});
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

/** Draws the few-shot examples, makes the prompts and plans the requests. */
async function planRun({
  definition,
  inputs: {version, split, options = {}, signal},
  place,
  effects,
  resolved,
  ready,
  privacyCheck,
  folder
}: Omit<PlannedRun, "plan" | "run" | "held">): Promise<RunPlan> {
  const fewShot = await fewShotRows(place, {
    version,
    split,
    fewShot: definition.fewShot,
    seed: resolved.seed,
    mayGo: privacyCheck.everywhere,
    onMessage: effects.onMessage
  });
  const variants = variantsOf(definition.prompt, fewShot, resolved.expected);
  return makePlan({
    place,
    version,
    split,
    resolved,
    ready,
    variants,
    privacyCheck,
    fewShot,
    header: planHeader({definition, resolved, ready, variants, version, split, options}),
    folder,
    limit: options.limit,
    wholeGroups: options.wholeGroups,
    maskExcerpt: effects.maskExcerpt,
    onMessage: effects.onMessage,
    signal
  });
}

import {mkdir, rm} from "node:fs/promises";
import {join} from "node:path";
import {tombstones} from "../datasets/index.js";
import {
  openDatabase,
  type RunManifest,
  type SplitManifest,
  type Store,
  sweepTemporary,
  temporaryPath,
  UserError,
  type VersionManifest,
  withLock
} from "../store/index.js";
import {type AppendLog, openAppendLog} from "./appendLog.js";
import {type Bits} from "./bits.js";
import {makeCalls} from "./calls.js";
import type {EvalDefinition} from "./define.js";
import {type DryRun, forecast} from "./dryRun.js";
import {buildManifest} from "./manifest.js";
import {openSealed} from "./openSealed.js";
import {
  type Gate,
  guardScorers,
  knownRecipients,
  openGate,
  refuseOutright,
  scorerRecipients
} from "./gate.js";
import {makePlan, type Plan} from "./plan.js";
import {fewShotRows, type Place} from "./planRows.js";
import {preflight} from "./preflight.js";
import {variantsOf} from "./prompts.js";
import {closeCandidates, readyCandidates, type ReadyCandidate} from "./readyCandidates.js";
import {keepHeapSmall} from "./keepHeapSmall.js";
import {type ResolvedEval, resolveEval, type RunOptions} from "./resolve.js";
import {settle} from "./reuse.js";
import {chooseFolder, planId, type RunFolder} from "./runFolder.js";
import {journalFile, scoresFile} from "./runTables.js";
import {seal} from "./seal.js";
import {createTally, type RunProgress} from "./tally.js";

/** The outside world of a run. */
export interface RunEffects {
  /** Wall clock in milliseconds since 1970. */
  now(): number;
  /** Called about five times a second while calls are made, and at each change of phase. */
  onProgress?(progress: RunProgress): void;
  onMessage?(message: string): void;
  /** Masks personal data in the excerpts that pages show; without it there are none for `publish: "masked"`. */
  maskExcerpt?(text: string, maxChars: number): string;
}

export interface RunInputs {
  store: Store;
  evalName: string;
  /** The eval's file, for the manifest: absolute, or relative to the project. */
  evalFile?: string;
  version: VersionManifest;
  split: SplitManifest;
  options?: RunOptions;
  effects?: Partial<RunEffects>;
  /** Drains: no new calls, those in flight are waited for, and what there is is sealed as a partial run. */
  signal?: AbortSignal;
  /** Stops the calls in flight too. */
  abortSignal?: AbortSignal;
}

export interface RunResult {
  /** The sealed run; absent after a dry run. */
  manifest?: RunManifest;
  dryRun?: DryRun;
  /** True when an earlier sealed run already said all of this, and nothing was written. */
  unchanged: boolean;
  /** Calls made by this start. */
  calls: number;
}

/**
 * Runs an eval on one split: plans all requests, makes the calls whose completions the store does not have, scores
 * them and seals the run. The same plan goes on in the same run however its last start ended, and gives back the
 * sealed run when nothing is missing. Throws UserError for whatever the person can mend.
 */
export async function runEval(definition: EvalDefinition, inputs: RunInputs): Promise<RunResult> {
  const {store, version, split, options = {}, signal} = inputs;
  const effects: RunEffects = {now: Date.now, ...inputs.effects};
  const tell = (message: string) => effects.onMessage?.(message);
  const resolved = await resolveEval(definition, inputs.evalName, version, split, options);
  await openSealed(store.workspace, resolved, version, split, options, effects.now);
  refuseOutright(version, knownRecipients(resolved));
  await sweepTemporary(store.workspace.tmpDir);
  const folder = temporaryPath(join(store.workspace.tmpDir, "run"));
  await mkdir(folder, {recursive: true});
  // One thread: each of DuckDB's takes buffers of 32 MB, and the calls need the other cores.
  const db = await openDatabase({tmpDir: store.workspace.tmpDir, threads: 1});
  // What DuckDB has freed goes back to the system, files are not kept in memory, and rows are written as they come.
  for (const setting of [
    "allocator_background_threads = true",
    "enable_external_file_cache = false",
    "write_buffer_row_group_count = 1"
  ])
    await db.run(`set ${setting}`);
  const place: Place = {db, workspace: store.workspace};
  let ready: ReadyCandidate[] = [];
  const leaveHeap = keepHeapSmall();
  try {
    const erased = await tombstones(store.workspace, version.dataset);
    ready = await readyCandidates(resolved, {
      store,
      version,
      split,
      onMessage: tell,
      ...(signal ? {signal} : {})
    });
    const gate = await openGate(
      store,
      version,
      [
        ...ready.map(({record, prepared}) => ({name: record.name, endpoint: prepared.endpoint})),
        ...scorerRecipients(resolved.scorers)
      ],
      tell
    );
    const fewShot = await fewShotRows(
      place,
      version,
      split,
      definition.fewShot,
      resolved.seed,
      gate.everywhere
    );
    const variants = variantsOf(definition.prompt, fewShot, resolved.expected);
    const plan = await makePlan({
      place,
      version,
      split,
      resolved,
      ready,
      variants,
      gate,
      header: headerOf(definition, resolved, ready, variants, version, split, options),
      folder,
      ...(options.limit === undefined ? {} : {limit: options.limit}),
      ...(options.wholeGroups ? {wholeGroups: true} : {}),
      ...(effects.maskExcerpt ? {maskExcerpt: effects.maskExcerpt} : {}),
      ...(signal ? {signal} : {})
    });
    const id = planId(resolved.name, plan.hash);
    if (options.dryRun) {
      const runs = await store.runs();
      const settled = await settle(place, plan, runs, id, folder, options);
      const dryRun = await forecast(place, runs, plan, gate, ready, settled, id, folder);
      return {dryRun, unchanged: true, calls: 0};
    }
    const candidates = ready;
    return await withLock(
      store.workspace.lockPath(`run-${id}`),
      {what: `the run ${id}`, waitMs: options.lockWaitMs ?? 0, onWait: tell},
      async () => {
        // A purge refuses beside a run that holds its lock; this one was planned before it did.
        if ((await tombstones(store.workspace, version.dataset)).length !== erased.length)
          throw new UserError(
            `rows of ${version.dataset} were erased while this run was planned. Nothing was called; start it again.`
          );
        const run = await chooseFolder(place, resolved.name, plan, options, effects.now);
        if (run.finished && run.sealed) return {manifest: run.sealed, unchanged: true, calls: 0};
        const guarded = {...resolved, scorers: guardScorers(resolved.scorers, gate)};
        return execute(definition, inputs, place, effects, guarded, candidates, plan, gate, run, folder);
      }
    );
  } finally {
    leaveHeap();
    await closeCandidates(ready);
    db.close();
    await rm(folder, {recursive: true, force: true});
  }
}

async function execute(
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

/** What decides a sealed run beside its rows, prompts and keys. */
function headerOf(
  definition: EvalDefinition,
  resolved: ResolvedEval,
  ready: readonly ReadyCandidate[],
  variants: readonly {name: string; sha256: string}[],
  version: VersionManifest,
  split: SplitManifest,
  options: RunOptions
): Record<string, unknown> {
  return {
    eval: resolved.name,
    version: version.sha256,
    split: split.sha256,
    part: resolved.part,
    seed: resolved.seed,
    repeats: resolved.repeats,
    limit: options.limit ?? null,
    ...(options.wholeGroups ? {wholeGroups: true} : {}),
    candidates: ready.map(({record}) => record),
    variants: variants.map(({name, sha256}) => ({name, sha256})),
    scorers: resolved.scorers.map(({name, version: scorer}) => ({name, version: scorer})),
    primary: resolved.primary,
    slices: resolved.sliceNames,
    gate: definition.gate ?? null,
    title: definition.title ?? null,
    description: definition.description ?? null,
    margin: definition.margin ?? null,
    publish: resolved.publish
  };
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

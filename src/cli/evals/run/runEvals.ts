import type {CandidateEnds, RaceRecord, Verdict} from "../../../evals/decisions/index.js";
import {runRace} from "../../../evals/races/runRace.js";
import type {DatasetDefinition} from "../../../data/datasets/index.js";
import {
  type CommandBudget,
  type CreateExecutor,
  type EvalDefinition,
  openCommandBudget,
  type RaceOptions,
  runEval,
  type RunInputs,
  type RunOptions,
  type RunProgress,
  type RunResult
} from "../../../evals/runner/index.js";
import type {ImportedSource} from "../../../evals/importedResults/index.js";
import {type ExcerptCache, openExcerptCache} from "../../../data/privacy/index.js";
import {currentMeasures, ensureSplit, LONG_TO_MEASURE, type SplitSpec} from "../../../data/splits/index.js";
import {runVerdict, type RunVerdict} from "../../../report/site/index.js";
import {messageOf} from "../../../base/validation/index.js";
import {
  type RunManifest,
  type SplitManifest,
  type Store,
  type VersionManifest,
  waitForPurge
} from "../../../base/store/index.js";
import {observedRun, type RunFacts} from "../../../inference/telemetry/index.js";
import {otherScorersText} from "../runs/scorersText.js";
import {type FailureCount, failuresOf, type OtherFailures} from "../runs/failures.js";
import {importResults} from "../verdict/importResults.js";
import {observed} from "../../project/observed.js";
import {newestVersions} from "../../project/newestVersion.js";
import {datasetOf, type NamedEval} from "../../project/project.js";
import type {InterruptSignals} from "./interruptSignals.js";
import {prepareAhead} from "./prepareAhead.js";
import {createReporter} from "../../terminal/progress.js";
import {roundText} from "../runs/raceText.js";
import {note} from "../../terminal/terminal.js";

export interface EvalOutcome {
  eval: NamedEval;
  split: Pick<SplitManifest, "name">;
  result: RunResult;
  /** Absent when nobody was called. */
  verdict?: Verdict;
  /** What the verdict is of; absent when nobody was called. */
  report?: RunVerdict;
  /** Why rows failed, by candidate, the ten most frequent reasons; absent when nobody was called. */
  failures?: FailureCount[];
  /** What other reasons there are. */
  otherFailures?: OtherFailures;
  /** How each candidate's answers ended; absent when nobody was called. */
  ends?: CandidateEnds[];
  /** What scorers beside the deciding one say, as text; absent where there are none. */
  others?: string;
  /** When the candidates were raced: `result` is then about the last round. */
  race?: RaceRecord;
}

export interface RunEvalsOptions {
  options: RunOptions;
  /** Race the candidates instead of scoring every row by all; false: do not. Without it, as each eval says. */
  race?: RaceOptions | false | undefined;
  datasets: readonly DatasetDefinition[];
  signal: AbortSignal;
  abortSignal: AbortSignal;
  /** Told what is under way, for what an interruption ends. */
  at?: InterruptSignals["at"];
  /** Reports each finished run. */
  onOutcome(outcome: EvalOutcome): void;
  /** What the command is called beside others that spend of the project's day. */
  command?: string;
  /** Of a command with several such calls, what they may spend together; it ends with the command. */
  budget?: CommandBudget;
  /** Told why an eval could not be run; the next one is. Without it the first such reason is thrown. */
  onFailure?(error: unknown, failed: NamedEval): Promise<void>;
  quiet?: boolean;
  /** Told, quiet or not, which datasets have changed since they were pulled; standard error when absent. */
  tell?: (text: string) => void;
  /** Who makes the calls; this process when absent. */
  createExecutor?: CreateExecutor;
}

/** Runs evals one after another, each on each of its splits, pulling first what was never pulled. */
export async function runEvals(
  store: Store,
  evals: readonly NamedEval[],
  inputs: RunEvalsOptions
): Promise<EvalOutcome[]> {
  const outcomes: EvalOutcome[] = [];
  const {options, command = "run"} = inputs;
  const budget = inputs.budget ?? (await openCommandBudget(store.workspace, options.budgetUsd, command));
  const excerpts = await openExcerptCache(store.workspace, "excerpts");
  const versionOf = newestVersions(store, inputs.tell);
  const ahead = callsNobody(inputs.options) ? undefined : prepareAhead(store, evals, {...inputs, budget});
  inputs.at?.("preparing");
  await observed(async () => {
    await holdOutFirst(store, evals, inputs, versionOf);
    for (const one of evals)
      try {
        await ahead?.reached(one);
        await runOne(store, one, inputs, {outcomes, excerpts, versionOf, budget});
      } catch (error) {
        if (wasStopped(error, inputs.signal)) {
          note(`${one.name}: stopped before the first row. The same command goes on.`);
          break;
        }
        if (!inputs.onFailure) throw error;
        await inputs.onFailure(error, one);
      }
  }).finally(async () => {
    await ahead?.end();
    if (!inputs.budget) await budget.end();
  });
  return outcomes;
}

/**
 * Makes the splits with a held-out part before any other of their datasets: a row that another split has had in a part of its
 * own is held out no more, and the order in which splits are written must not decide on that. What fails here fails again, and
 * is told, where the eval's turn comes.
 */
async function holdOutFirst(
  store: Store,
  evals: readonly NamedEval[],
  {datasets, signal, options, quiet, at}: RunEvalsOptions,
  versionOf: ReturnType<typeof newestVersions>
): Promise<void> {
  for (const {name, definition} of evals) {
    if (definition.source) continue;
    for (const spec of [definition.split].flat()) {
      if (signal.aborted) return;
      if (!spec.heldOut) continue;
      try {
        const version = await versionOf(datasetOf(definition, datasets));
        const split = spec.name ?? spec.strategy;
        const {message} = createReporter(`${name} · ${split}`, quiet, {eval: name, split});
        at?.("computing");
        await ensureSplit(store, version, spec, {
          measure: isMeasured(options, version),
          onMessage: message,
          signal
        });
      } catch {
        continue;
      } finally {
        at?.("preparing");
      }
    }
  }
}

/** Ctrl-C while candidates are trained or merged, or requests planned. */
function wasStopped(error: unknown, {aborted, reason}: AbortSignal): boolean {
  return aborted && (error === reason || (error as Error | undefined)?.name === "AbortError");
}

/** What the evals of one call have together. */
interface RunContext {
  outcomes: EvalOutcome[];
  excerpts: ExcerptCache;
  budget: CommandBudget;
  versionOf: ReturnType<typeof newestVersions>;
}

async function runOne(
  store: Store,
  one: NamedEval,
  inputs: RunEvalsOptions,
  {outcomes, excerpts, versionOf, budget}: RunContext
): Promise<void> {
  if (inputs.signal.aborted) return;
  if (one.definition.source) {
    if (callsNobody(inputs.options))
      return note(`${one.name}: its scores come from files; a run calls nobody.`);
    const outcome = await importedOutcome(store, one, one.definition.source);
    outcomes.push(outcome);
    return inputs.onOutcome(outcome);
  }
  const dataset = datasetOf(one.definition, inputs.datasets);
  const {tell = note, signal, options} = inputs;
  if (options.lockWaitMs !== 0)
    await waitForPurge(store.workspace, dataset.name, {
      onWait: (message) => tell(`${one.name}: ${message}`),
      signal
    });
  const version = await versionOf(dataset);
  const told = new Set<string>();
  for (const spec of [one.definition.split].flat()) {
    if (inputs.signal.aborted) return;
    try {
      await runSplit(store, one, inputs, {spec, version, outcomes, excerpts, budget});
    } catch (error) {
      if (!inputs.onFailure || wasStopped(error, inputs.signal)) throw error;
      // What keeps one split need not keep the next; what keeps them all is told once.
      if (!told.has(messageOf(error))) await inputs.onFailure(error, one);
      told.add(messageOf(error));
    }
  }
}

/** A run of few rows leaves what takes long to the first whole one. */
export function isMeasured(options: RunOptions, {rows}: Pick<VersionManifest, "rows">): boolean {
  return !callsNobody(options) && (options.limit === undefined || rows < LONG_TO_MEASURE);
}

interface SplitInputs extends Pick<RunContext, "outcomes" | "excerpts" | "budget"> {
  spec: SplitSpec;
  version: VersionManifest;
}

async function runSplit(
  store: Store,
  one: NamedEval,
  inputs: RunEvalsOptions,
  {spec, version, outcomes, excerpts, budget}: SplitInputs
): Promise<void> {
  const splitName = spec.name ?? spec.strategy;
  const reporter = createReporter(`${one.name} · ${splitName}`, inputs.quiet, {
    eval: one.name,
    split: splitName
  });
  try {
    const {at = () => undefined, signal} = inputs;
    at("computing");
    const split = await ensureSplit(store, version, spec, {
      measure: isMeasured(inputs.options, version),
      onMessage: reporter.message,
      signal
    });
    at("preparing");
    if (inputs.options.limit !== undefined && currentMeasures(split).edition === undefined)
      reporter.message(
        `the split is not measured for --limit: \`assay split ${version.dataset} --measure\` does it`
      );
    const onProgress = (progress: RunProgress) => {
      at(progress.phase === "sealing" ? "sealing" : progress.phase === "done" ? "preparing" : "calling");
      reporter.progress(progress);
    };
    const runInputs: RunInputs = {
      store,
      evalName: one.name,
      evalFile: one.path,
      version,
      split,
      options: inputs.options,
      budget,
      effects: {onProgress, onMessage: reporter.message, maskExcerpt: excerpts.mask},
      signal: inputs.signal,
      abortSignal: inputs.abortSignal,
      createExecutor: inputs.createExecutor
    };
    const race = raceOf(one.definition, inputs);
    const {raced, result} = await observedRun(
      `run ${one.name}`,
      {eval: one.name, split: splitName, dataset: version.dataset, "dataset.version": version.id},
      async (add) => {
        const raced = race
          ? await runRace(one.definition, runInputs, race, (round) =>
              reporter.message(`round ${round.round}: ${roundText(round)}`)
            )
          : undefined;
        const result: RunResult = raced
          ? {
              manifest: raced.manifest,
              unchanged: raced.calls === 0,
              calls: raced.calls
            }
          : await runEval(one.definition, runInputs);
        add(runFacts(result));
        return {raced, result};
      }
    );
    reporter.end();
    store.refresh();
    at("computing");
    const report = result.manifest
      ? await runVerdict(store, result.manifest, {margin: one.definition.margin, race: raced?.record})
      : undefined;
    const failed =
      result.manifest && (await failuresOf(store, result.manifest.id, ofPeople(result.manifest)));
    const outcome: EvalOutcome = {
      eval: one,
      split,
      result,
      race: raced?.record,
      verdict: report?.verdict,
      report,
      ends: report?.ends,
      others: result.manifest && (await otherScorersText(store, result.manifest)),
      failures: failed?.failures,
      otherFailures: failed?.otherFailures
    };
    outcomes.push(outcome);
    inputs.onOutcome(outcome);
  } finally {
    inputs.at?.("preparing");
    await excerpts.save();
    reporter.end();
  }
}

/** People label some answers only: what they left out is a failure where nothing else has a score. */
function ofPeople({counts, scorers}: RunManifest): string[] {
  return counts.scored === 0 ? [] : scorers.filter(({human}) => human).map(({name}) => name);
}

/** What a run's span says of how it ended. */
function runFacts({manifest, calls}: RunResult): RunFacts {
  const {completed, failed, planned, reused, scored} = manifest?.counts ?? {};
  return {
    "run.id": manifest?.id,
    "run.calls": calls,
    "run.planned": planned,
    "run.completed": completed,
    "run.failed": failed,
    "run.reused": reused,
    "run.scored": scored,
    "run.cost.usd": manifest?.costUsd
  };
}

/** The run that an eval's result files make; nobody is called. */
async function importedOutcome(
  store: Store,
  {name, path, sha256, definition}: NamedEval,
  source: ImportedSource
): Promise<EvalOutcome> {
  const {title, margin, publish, gate} = definition;
  const {manifest, unchanged} = await importResults(store.workspace, source, {
    name,
    title,
    margin,
    publish,
    gate,
    evalFile: {path, sha256},
    command: `assay run ${name}`
  });
  store.refresh();
  return {
    eval: {name, path, sha256, definition},
    split: manifest.split,
    result: {manifest, unchanged, calls: 0},
    verdict: (await runVerdict(store, manifest, {margin})).verdict,
    others: await otherScorersText(store, manifest),
    ...(await failuresOf(store, manifest.id))
  };
}

/**
 * As the eval states, unless told otherwise: an error rate or a budget that is told takes the place of what is stated, since a
 * race has one of them. A dry run is of everything: what a race would cost depends on its course.
 */
function raceOf(
  {race}: EvalDefinition,
  {race: told, options}: RunEvalsOptions
): RaceOptions | false | undefined {
  if (callsNobody(options) || told === false) return false;
  const stated = race === true ? {} : race;
  if (told === undefined) return stated;
  const saysHow = Object.values(told).some((value) => value !== undefined);
  return saysHow || !stated ? told : stated;
}

const callsNobody = ({dryRun, showPrompts}: RunOptions) => dryRun === true || showPrompts !== undefined;

import {type DistillationStages, stagesOf} from "../../../evals/distillation/index.js";
import type {DatasetDefinition} from "../../../data/datasets/index.js";
import {DEFAULT_MARGIN} from "../../../evals/decisions/index.js";
import type {CommandBudget} from "../../../evals/runner/index.js";
import {DEFAULT_VOLUME} from "../../../base/costs/index.js";
import {distillationView, type DistillationView} from "../../../report/site/index.js";
import {
  type DistillationRecord,
  type KeptRecord,
  type ModelInUse,
  openStore,
  readKept,
  type Store,
  writeDistillation
} from "../../../base/store/index.js";
import {interruptSignals, type InterruptSignals} from "../../evals/run/interruptSignals.js";
import {runOptions} from "../../evals/run/run.js";
import {type EvalOutcome, runEvals} from "../../evals/run/runEvals.js";
import {findProject, loadDatasets, type NamedEval, openProject} from "../../project/project.js";
import {loadDistillations, type NamedDistillation} from "../../project/trainings.js";
import {note, notedOnce, print, printJson} from "../../terminal/terminal.js";
import {type DistilData, distilData, whyUnusable} from "./distilData.js";
import {distilText, keptTable} from "./distilText.js";
import {keep, keepingOf} from "./keep.js";

interface DistilVerbOptions {
  budgetUsd?: number;
  concurrency?: number;
  json?: boolean;
}

/**
 * Asks the teacher, trains the students on its answers, and judges them; goes on where it stopped. Without a name it lists which models
 * are in use.
 */
export async function distilVerb(name: string | undefined, options: DistilVerbOptions): Promise<void> {
  const project = findProject();
  const [found] = name === undefined ? [] : await loadDistillations(project, [name]);
  const store = await openStore(await openProject());
  const signals = interruptSignals();
  try {
    if (!found) {
      const kept = await readKept(store.workspace);
      return options.json ? printJson(kept) : print(keptTable(kept));
    }
    const {datasets} = await loadDatasets(project);
    const {view} = await distil(store, found, {...options, project, datasets, signals});
    if (options.json) printJson(view);
    else print(distilText(view));
  } catch (error) {
    if (!(error instanceof Unfinished) && !signals.signal.aborted) throw error;
    process.exitCode = signals.signal.aborted ? 130 : 1;
    if (error instanceof Unfinished) note(`! ${error.message}`);
    note("Stopped. The same command goes on: answers and models are kept.");
  } finally {
    signals.dispose();
    await store.close();
  }
}

/** Some answers are missing: what comes after them would learn, or be judged, from a part. */
export class Unfinished extends Error {}

export interface DistilInputs extends DistilVerbOptions {
  project: string;
  datasets: readonly DatasetDefinition[];
  signals: InterruptSignals;
  /** What it may spend together with what else the command does. */
  budget?: CommandBudget;
  /** Without the curve. */
  short?: boolean;
}

/** Throws where a run did not end: nothing is judged then. */
export async function distil(
  store: Store,
  found: NamedDistillation,
  inputs: DistilInputs
): Promise<{view: DistillationView; record: KeptRecord}> {
  const tell = notedOnce();
  const data = await distilData(store, found, inputs, tell);
  const {last, version} = data;
  // The same again: as it was judged, beside the model that was in use then.
  const isSame =
    last?.trained !== undefined && last.version === version.id && last.file.sha256 === found.sha256;
  const before = isSame ? await judged(store, found, {data, inputs, tell, before: last.before}) : undefined;
  const {record, used, given} =
    before && before.record.id === last?.trained
      ? before
      : await judged(store, found, {data, inputs, tell, before: last?.kept});
  const view = await distillationView(store, record);
  const keeping = keepingOf(view, {used, before: given});
  const kept = keeping.kept?.model;
  await writeDistillation(store.workspace, {...record, kept});
  return {view: {...view, kept}, record: await keep(store, found, data, keeping)};
}

interface JudgedInputs {
  data: DistilData;
  inputs: DistilInputs;
  tell: (text: string) => void;
  before: ModelInUse | undefined;
}

/** Asks, trains and judges beside a model that is in use, where that can be used. */
async function judged(store: Store, found: NamedDistillation, {data, inputs, tell, before}: JudgedInputs) {
  const {asked, parts} = data;
  const used = (await whyUnusable(store, before)) === undefined ? before : undefined;
  const stages = stagesOf(found, asked, parts, used);
  const {answers, judged: judging, curve} = stages;
  const outcomes = await runStages(store, [...answers, judging, ...(curve && !inputs.short ? [curve] : [])], {
    ...inputs,
    tell
  });
  return {record: recordOf(found, asked, stages, outcomes), used, given: before};
}

/** Throws where one of them did not end. */
export async function runStages(
  store: Store,
  stages: readonly NamedEval[],
  {datasets, signals, budget, tell, ...options}: DistilInputs & {tell: (text: string) => void}
): Promise<EvalOutcome[]> {
  const outcomes = await runEvals(store, stages, {
    options: runOptions({...options, reuse: true}),
    command: "distil",
    budget,
    race: false,
    datasets,
    signal: signals.signal,
    abortSignal: signals.abortSignal,
    at: signals.at,
    quiet: options.json,
    tell,
    onOutcome({eval: {name}, result: {manifest}}) {
      store.refresh();
      if (manifest?.status !== "complete")
        throw new Unfinished(`${name}: ${manifest?.stopped ?? "it did not end"}`);
    }
  });
  if (signals.signal.aborted) throw new Unfinished("interrupted");
  return outcomes;
}

function recordOf(
  {name, path, sha256, definition}: NamedDistillation,
  asked: NamedEval,
  stages: DistillationStages,
  outcomes: readonly EvalOutcome[]
): DistillationRecord {
  const {margin = asked.definition.margin ?? DEFAULT_MARGIN, maxLoss = margin} = definition;
  const {confidence = 0.95, callsPerMonth = DEFAULT_VOLUME, months = 24, repeatsPerYear = 0} = definition;
  const runsOf = (one: NamedEval | undefined) =>
    outcomes.flatMap(({eval: own, result}) => (own === one ? [result.manifest!.id] : []));
  const {students, teacher, partial, inUse} = stages;
  return {
    kind: "distillation",
    schemaVersion: 1,
    id: runsOf(stages.judged)[0]!,
    name,
    eval: asked.name,
    file: {path, sha256},
    teacher,
    students,
    margin,
    maxLoss,
    confidence,
    callsPerMonth,
    horizonMonths: months,
    repeatsPerYear,
    usdPerHour: definition.usdPerHour,
    answers: stages.answers.flatMap(runsOf),
    curve: runsOf(stages.curve)[0],
    partial,
    inUse
  };
}

import {
  type DistillationDefinition,
  type DistillationStages,
  judgingEval,
  stagesOf
} from "../../../evals/distillation/index.js";
import type {DatasetDefinition} from "../../../data/datasets/index.js";
import {ensureSplit} from "../../../data/splits/index.js";
import {DEFAULT_MARGIN} from "../../../evals/decisions/index.js";
import {DEFAULT_VOLUME} from "../../../base/costs/index.js";
import {distillationView, type DistillationView} from "../../../report/site/index.js";
import {
  type DistillationRecord,
  openCounts,
  openStore,
  type Store,
  writeDistillation
} from "../../../base/store/index.js";
import {noRows} from "../../../base/store/index.js";
import {UserError} from "../../../base/validation/index.js";
import {interruptSignals, type InterruptSignals} from "../../evals/run/interruptSignals.js";
import {runOptions} from "../../evals/run/run.js";
import {type EvalOutcome, runEvals} from "../../evals/run/runEvals.js";
import {newestVersions} from "../../project/newestVersion.js";
import {
  datasetOf,
  findProject,
  loadDatasets,
  loadEvals,
  type NamedEval,
  openProject
} from "../../project/project.js";
import {loadDistillations, type NamedDistillation} from "../../project/trainings.js";
import {note, notedOnce, print, printJson} from "../../terminal/terminal.js";
import {distilText} from "./distilText.js";

interface DistilVerbOptions {
  budgetUsd?: number;
  concurrency?: number;
  json?: boolean;
}

/** Asks the teacher, trains the students on its answers, and judges them; goes on where it stopped. */
export async function distilVerb(name: string, options: DistilVerbOptions): Promise<void> {
  const project = findProject();
  const [found] = await loadDistillations(project, [name]);
  const {datasets} = await loadDatasets(project);
  const store = await openStore(await openProject());
  const signals = interruptSignals();
  try {
    const view = await distil(store, found!, {...options, project, datasets, signals});
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
class Unfinished extends Error {}

export interface DistilInputs extends DistilVerbOptions {
  project: string;
  datasets: readonly DatasetDefinition[];
  signals: InterruptSignals;
  /** Without the curve. */
  short?: boolean;
}

/** Throws where a run did not end: nothing is judged then. */
export async function distil(
  store: Store,
  found: NamedDistillation,
  {project, datasets, signals, short, ...options}: DistilInputs
): Promise<DistillationView> {
  const {definition} = found;
  const {evals, broken} = await loadEvals(project, [definition.eval]);
  const [asked] = evals;
  if (!asked) throw new UserError(broken.map(({message}) => message).join("\n"));
  const tell = notedOnce();
  const stages = stagesOf(found, asked, await learnedParts(store, asked, definition, datasets, tell));
  const outcomes = await runEvals(
    store,
    [...stages.answers, stages.judged, ...(stages.curve && !short ? [stages.curve] : [])],
    {
      options: runOptions({...options, reuse: true}),
      command: "distil",
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
    }
  );
  if (signals.signal.aborted) throw new Unfinished("interrupted");
  const record = recordOf(found, asked, stages, outcomes);
  const view = await distillationView(store, record);
  const kept =
    view.advice.kind === "student"
      ? view.students.find((one) => one.name === view.advice.student)?.modelId
      : undefined;
  await writeDistillation(store.workspace, {...record, kept});
  return {...view, kept};
}

/** The parts that the teacher answers: validation where the split has rows in it. Throws where there is nothing to learn or judge. */
async function learnedParts(
  store: Store,
  asked: NamedEval,
  definition: DistillationDefinition,
  datasets: readonly DatasetDefinition[],
  tell: (text: string) => void
): Promise<("train" | "validation")[]> {
  const base = judgingEval(definition, asked);
  const version = await newestVersions(store, tell)(datasetOf(base, datasets));
  const split = await ensureSplit(store, version, [base.split].flat()[0]!, {measure: false});
  const open = await openCounts(store, store.workspace, split);
  const empty = ["train", "test"].find((part) => !open[part]);
  if (empty !== undefined) throw new UserError(`nothing can be distilled: ${noRows(split, empty)}`);
  return open["validation"] ? ["train", "validation"] : ["train"];
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
  const {students, teacher, partial} = stages;
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
    partial
  };
}

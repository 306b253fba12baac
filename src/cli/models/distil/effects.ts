import {
  type LoopEffects,
  type LoopState,
  loopState,
  judgingEval,
  type NamedDistillation
} from "../../../evals/distillation/index.js";
import type {DatasetDefinition} from "../../../data/datasets/index.js";
import type {CommandBudget} from "../../../evals/runner/index.js";
import {distillationView} from "../../../report/site/index.js";
import {judgedRows} from "../../../report/site/distillation/judgedRows.js";
import type {RunManifest, Store} from "../../../base/store/index.js";
import {UserError} from "../../../base/validation/index.js";
import type {InterruptSignals} from "../../evals/run/interruptSignals.js";
import {runOptions} from "../../evals/run/run.js";
import {runEvals} from "../../evals/run/runEvals.js";
import {newestVersions} from "../../project/newestVersion.js";
import {datasetOf, loadEvals, type NamedEval} from "../../project/project.js";
import {notedOnce} from "../../terminal/terminal.js";

export interface DistilVerbOptions {
  budgetUsd?: number;
  concurrency?: number;
  json?: boolean;
}

export interface DistilInputs extends DistilVerbOptions {
  project: string;
  datasets: readonly DatasetDefinition[];
  signals: InterruptSignals;
  /** What it may spend together with what else the command does. */
  budget?: CommandBudget;
  /** Without the curve. */
  short?: boolean;
}

/** Some answers are missing: what comes after them would learn, or be judged, from a part. */
export class Unfinished extends Error {}

/** The eval that judges, on the newest version of its data, and what became of the distillation before. */
export async function stateFor(
  store: Store,
  found: NamedDistillation,
  {project, datasets}: Pick<DistilInputs, "project" | "datasets">,
  {tell}: Pick<LoopEffects, "tell">
): Promise<LoopState> {
  const {evals, broken} = await loadEvals(project, [found.definition.eval]);
  const [asked] = evals;
  if (!asked) throw new UserError(broken.map(({message}) => message).join("\n"));
  const dataset = datasetOf(judgingEval(found.definition, asked), datasets);
  return loopState(store, found, {asked, version: await newestVersions(store, tell)(dataset)});
}

/** Runs as `assay run` makes them, and verdicts as pages show them. */
export function loopEffects(store: Store, {short, ...inputs}: DistilInputs): LoopEffects {
  const tell = notedOnce();
  return {
    run: (stages) => runStages(store, stages, {...inputs, tell}),
    rowsOf: (run, margin) => judgedRows(store, run, margin),
    viewOf: (record) => distillationView(store, record),
    tell,
    short
  };
}

/** Throws where one of them did not end. */
async function runStages(
  store: Store,
  stages: readonly NamedEval[],
  {datasets, signals, budget, tell, ...options}: DistilInputs & {tell: (text: string) => void}
): Promise<RunManifest[]> {
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
  return outcomes.map(({result}) => result.manifest!);
}

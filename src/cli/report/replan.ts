import {pull} from "../../data/datasets/index.js";
import type {DatasetDefinition} from "../../data/datasets/index.js";
import {pullRedaction} from "../../data/privacy/index.js";
import {openStore, type Workspace} from "../../base/store/index.js";
import {reportBroken} from "../project/broken.js";
import {notePublishing} from "./notePublishing.js";
import {
  datasetOf,
  findProject,
  loadDatasets,
  loadEvals,
  type NamedEval,
  openProject
} from "../project/project.js";
import {changesOf} from "../data/pull.js";
import {onFailure, outcomeText} from "../evals/run/run.js";
import {interruptSignals} from "../evals/run/interruptSignals.js";
import {type EvalOutcome, runEvals, type RunEvalsOptions} from "../evals/run/runEvals.js";
import {notedOnce, print} from "../terminal/terminal.js";

/**
 * What a change of loaders or evals asks for: local data is pulled again, and every eval is planned. An eval whose answers
 * are all in the store is scored; of the others it is said what a run would take. Nobody is called.
 * @param paths the files that changed, from the project's folder; for none only what pages may show is noted
 */
export async function replanVerb(paths: readonly string[]): Promise<void> {
  const project = findProject();
  const {datasets, broken} = await loadDatasets(project);
  const {evals, broken: brokenEvals} = await loadEvals(project);
  reportBroken([...broken, ...brokenEvals]);
  const workspace = await openProject();
  await notePublishing(workspace, {datasets, evals, whole: broken.length + brokenEvals.length === 0});
  if (paths.length === 0) return;
  if (paths.some((path) => path.startsWith("data-loaders/"))) await pullLocal(workspace, datasets, evals);
  const store = await openStore(workspace);
  const {signal, abortSignal, dispose} = interruptSignals();
  const inputs: Omit<RunEvalsOptions, "onOutcome"> = {
    options: {},
    datasets,
    signal,
    abortSignal,
    quiet: true,
    tell: notedOnce(),
    onFailure
  };
  try {
    for (const one of evals.filter(({definition}) => !definition.source)) {
      const planned = await runEvals(store, [one], {
        ...inputs,
        options: {dryRun: true},
        onOutcome: () => undefined
      });
      if (planned.length > 0 && planned.every(callsNobody) && !one.definition.race)
        await runEvals(store, [one], {
          ...inputs,
          options: {preflight: false},
          onOutcome: (outcome) => print(`\n${outcomeText(outcome)}`)
        });
      else for (const outcome of planned) print(`\n${wouldTake(outcome)}`);
    }
  } finally {
    dispose();
    store.close();
  }
}

/** Pulls again what lies on this machine, and says which datasets do not. */
async function pullLocal(
  workspace: Workspace,
  datasets: readonly DatasetDefinition[],
  evals: readonly NamedEval[]
): Promise<void> {
  const used = new Set<DatasetDefinition>(datasets);
  for (const {definition} of evals)
    if (typeof definition.dataset === "object") used.add(datasetOf(definition, datasets));
  for (const dataset of new Map([...used].map((one) => [one.name, one])).values())
    try {
      const {kind} = dataset.source;
      if (kind !== "files" && kind !== "rows") {
        print(`${dataset.name}: \`assay pull ${dataset.name}\` asks its source for what has changed.`);
        continue;
      }
      const {version, changed} = await pull(workspace, dataset, pullRedaction(dataset));
      if (changed)
        print(
          `${dataset.name}@${version.id}: ${version.rows} rows, ${version.changes ? changesOf(version.changes) : "new"}`
        );
    } catch (error) {
      await onFailure(error);
    }
}

function callsNobody({result: {dryRun}}: EvalOutcome): boolean {
  return (
    dryRun !== undefined &&
    dryRun.calls === 0 &&
    dryRun.scorers.every(({calls}) => calls === 0) &&
    dryRun.candidates.every(({notMade}) => !notMade)
  );
}

/** The plan, in words, and the command that carries it out. */
function wouldTake(outcome: EvalOutcome): string {
  return `${outcomeText(outcome)}\nMake them: assay run ${outcome.eval.name}`;
}

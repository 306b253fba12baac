import {join} from "node:path";
import {type DatasetDefinition, pull} from "../../data/datasets/index.js";
import {formatCount} from "../../evals/decisions/index.js";
import {ensureLedger, pullRedaction} from "../../data/privacy/index.js";
import {messageOf, UserError} from "../../base/validation/index.js";
import {lastAsked, openStore, type Store, type Workspace} from "../../base/store/index.js";
import {reportBroken} from "../project/broken.js";
import {buildSite} from "../report/build.js";
import {printChecks, tellNotes, tellWarnings} from "../evals/check/check.js";
import {joinQueue} from "../evals/run/joinQueue.js";
import {
  datasetOf,
  findProject,
  loadDatasets,
  loadEvals,
  type NamedEval,
  openProject
} from "../project/project.js";
import {changesOf} from "../data/pull.js";
import {isUnfinished, onFailure, outcomeText, runOptions} from "../evals/run/run.js";
import {interruptSignals} from "../evals/run/interruptSignals.js";
import {type EvalOutcome, runEvals} from "../evals/run/runEvals.js";
import {distillationsIn} from "../project/trainings.js";
import {renewAll} from "../models/distil/renewAll.js";
import {openCommandBudget} from "../../evals/runner/index.js";
import {timed, timeSteps} from "../terminal/duration.js";
import {dim, note, print} from "../terminal/terminal.js";
import {transferReporter} from "../terminal/transferReporter.js";
import {
  type CheckedRun,
  checkEvals,
  gatesStatus,
  gatesWithoutRun,
  placeText,
  warningEvals
} from "../../report/gates/index.js";

interface RebuildOptions {
  limit?: number;
  concurrency?: number;
  budgetUsd?: number;
  allowCodeExecution?: boolean;
  queue?: string | true;
  build: boolean;
}

/** Scans the newest version of a dataset that holds personal data, unless that was done before. */
async function printLedger(store: Store, dataset: string): Promise<void> {
  const version = await store.latestVersion(dataset);
  if (!version) return;
  const {summary} = await ensureLedger(store, version);
  step(
    `${dataset}@${version.id}: ${formatCount(summary.findings)} findings of personal data in ${formatCount(summary.rowsWithFindings)} rows`
  );
}

/**
 * Pulls every dataset that is declared or used. What cannot be pulled is said, and the evals that need it are not run on
 * the rows of before.
 */
async function pullAll(
  workspace: Workspace,
  datasets: readonly DatasetDefinition[],
  evals: readonly NamedEval[]
): Promise<{pulled: DatasetDefinition[]; usable: NamedEval[]}> {
  const used = new Map(datasets.map((dataset) => [dataset.name, dataset]));
  const usable: NamedEval[] = [];
  for (const one of evals)
    try {
      if (one.definition.source) {
        usable.push(one);
        continue;
      }
      const dataset = datasetOf(one.definition, datasets);
      used.set(dataset.name, dataset);
      usable.push(one);
    } catch (error) {
      await onFailure(new UserError(`eval ${one.name}: ${messageOf(error)}`, {cause: error}));
    }
  const pulled: DatasetDefinition[] = [];
  for (const dataset of used.values()) {
    const reporter = transferReporter(dataset.name);
    try {
      const {version, changed} = await pull(workspace, dataset, {
        ...pullRedaction(dataset),
        onProgress: reporter.message,
        onTransfer: reporter.show
      });
      reporter.end();
      step(
        `${dataset.name}@${version.id}: ${formatCount(version.rows)} rows, ${changed ? (version.changes ? changesOf(version.changes) : "new") : "unchanged"}`
      );
      pulled.push(dataset);
    } catch (error) {
      await onFailure(error);
    } finally {
      reporter.end();
    }
  }
  const has = (one: NamedEval) =>
    one.definition.source !== undefined ||
    pulled.some(({name}) => name === datasetOf(one.definition, datasets).name);
  return {pulled, usable: usable.filter(has)};
}

/** Says of which gates no run was ended just now: where an eval was not run, those of an earlier one stand in the table. */
async function tellEarlier(
  store: Store,
  checked: readonly CheckedRun[],
  outcomes: readonly EvalOutcome[]
): Promise<void> {
  const ended = new Set(outcomes.map(({result}) => result.manifest?.id));
  const earlier = checked.filter(({run, results}) => results.length > 0 && !ended.has(run));
  for (const {run, report, ...one} of earlier)
    note(
      `! ${one.eval}${placeText(one)}: this rebuild ended no run there. Its gates are held against ${run}, last asked for at ${lastAsked(report.run)}.`
    );
  await tellNotes(store, earlier);
}

/** A line of what was done, with when. */
function step(text: string): void {
  print(dim(timed(text)));
}

/** What is made, in the order of the work. */
function planText(datasets: readonly {name: string}[], evals: readonly NamedEval[], build: boolean): string {
  const names = (all: readonly {name: string}[]) => all.map(({name}) => name).join(", ");
  return [
    ...(datasets.length > 0 ? [`pull ${names(datasets)}`] : []),
    `run ${names(evals)}`,
    ...(build ? ["build the report"] : [])
  ].join("; then ");
}

function tellInterrupted(): void {
  process.exitCode = 1;
  print("\nInterrupted. What was paid for is kept; the same command goes on from here.");
}

/** Pull, run what is missing, judge the models in use, check, build: does nothing twice. Exit code 100 when a gate fails, 101 when one
 * is undecided, 1 when a run was stopped or something else went wrong. */
export async function rebuildVerb(verb: RebuildOptions): Promise<void> {
  const started = Date.now();
  const project = findProject();
  const {datasets, broken} = await loadDatasets(project);
  const {evals, broken: brokenEvals} = await loadEvals(project);
  const {found: distillations, broken: brokenDistillations} = await distillationsIn(project);
  reportBroken([...broken, ...brokenEvals, ...brokenDistillations]);
  if (evals.length === 0 && brokenEvals.length > 0) return;
  if (evals.length === 0)
    throw new UserError(`${project}/evals has no *.eval.ts file. Run \`assay init\` for an example.`);
  timeSteps(started);
  step(planText(datasets, evals, verb.build));
  const workspace = await openProject();
  const {pulled, usable} = await pullAll(workspace, datasets, evals);
  const store = await openStore(workspace);
  const signals = interruptSignals();
  const {signal, abortSignal, at, dispose} = signals;
  const budget = await openCommandBudget(workspace, verb.budgetUsd, "rebuild");
  const queue = verb.queue === undefined ? undefined : await joinQueue(verb.queue, verb.concurrency, usable);
  const options = runOptions({...verb, reuse: true});
  try {
    for (const {name, sensitivity} of pulled) if (sensitivity === "personal") await printLedger(store, name);
    const outcomes = await runEvals(store, usable, {
      options,
      budget,
      datasets,
      signal,
      abortSignal,
      at,
      createExecutor: queue?.createExecutor,
      onFailure,
      onOutcome: (outcome) => print(`\n${outcomeText(outcome, {...options, queue: verb.queue})}`)
    });
    if (signal.aborted) {
      return tellInterrupted();
    }
    if (outcomes.some(isUnfinished)) process.exitCode ||= 1;
    const isWorse = await renewAll(store, distillations, {
      ...verb,
      project,
      datasets: pulled,
      signals,
      budget
    });
    if (signal.aborted) return tellInterrupted();
    // From here a signal has no calls to wait for.
    dispose();
    const checked = await checkEvals(store, evals, {outcomes, onMessage: note});
    print("");
    await tellEarlier(store, checked, outcomes);
    printChecks(checked, evals);
    if (verb.build) {
      const built = await buildSite(project, {
        quiet: true,
        unlessCurrent: true,
        definitions: {datasets, evals, whole: broken.length + brokenEvals.length === 0},
        onBuild: () => note(timed("report: building it, which takes up to a minute"))
      });
      print(
        `\nReport: ${join(project, "dist", "index.html")}  (${built ? `built in ${Math.round((Date.now() - started) / 1000)} s` : "unchanged"}, ${outcomes.reduce((sum, {result}) => sum + result.calls, 0)} new completions)`
      );
      print(
        "Open it with `npx assay dev`, which serves it at http://localhost:3000, or put dist/ on any file host."
      );
    }
    const [unrun, warning] = [gatesWithoutRun(checked, evals), warningEvals(evals)];
    tellWarnings({checked, unrun, warning});
    const status = gatesStatus(checked, unrun, warning);
    if (status === "fail" || isWorse) process.exitCode = 100;
    else if (status === "undecided") process.exitCode ||= 101;
  } finally {
    timeSteps(undefined);
    await budget.end();
    queue?.close();
    dispose();
    store.close();
  }
}

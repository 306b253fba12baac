import {join} from "node:path";
import {pull} from "../datasets/index.js";
import {overall} from "../decisions/index.js";
import {ensureLedger} from "../privacy/index.js";
import {openStore, type Store, UserError} from "../store/index.js";
import {buildSite} from "./build.js";
import {checkEvals, printChecks} from "./check.js";
import {datasetOf, findProject, loadDatasets, loadEvals, openProject} from "./project.js";
import {changesOf} from "./pull.js";
import {pullRedactors} from "./pullRedactors.js";
import {outcomeText, runOptions} from "./run.js";
import {interruptSignals, runEvals} from "./runEvals.js";
import {dim, note, print} from "./terminal.js";

interface RebuildOptions {
  limit?: number;
  concurrency?: number;
  budgetUsd?: number;
  build: boolean;
}

/** Scans the newest version of a dataset that holds personal data, unless that was done before. */
async function printLedger(store: Store, dataset: string): Promise<void> {
  const version = await store.latestVersion(dataset);
  if (!version) return;
  const {summary} = await ensureLedger(store, version);
  print(
    dim(
      `${dataset}@${version.id}: ${summary.findings} findings of personal data in ${summary.rowsWithFindings} rows`
    )
  );
}

/** Pull, run what is missing, check, build: does nothing twice. Exit code 100 when a gate fails. */
export async function rebuildVerb(verb: RebuildOptions): Promise<void> {
  const started = Date.now();
  const project = findProject();
  const datasets = await loadDatasets(project);
  const evals = await loadEvals(project);
  if (evals.length === 0)
    throw new UserError(`${project}/evals has no *.eval.ts file. Run \`assay init\` for an example.`);
  const workspace = await openProject();
  const asking = evals.filter(({definition: {source}}) => source === undefined);
  const used = new Map(
    [...datasets, ...asking.map(({definition}) => datasetOf(definition, datasets))].map((dataset) => [
      dataset.name,
      dataset
    ])
  );
  const redactors = pullRedactors(used.values());
  for (const dataset of used.values()) {
    const {version, changed} = await pull(workspace, dataset, {
      redactor: redactors.get(dataset.name),
      onProgress: (message) => note(`${dataset.name}: ${message}`)
    });
    print(
      dim(
        `${dataset.name}@${version.id}: ${version.rows} rows, ${changed ? (version.changes ? changesOf(version.changes) : "new") : "unchanged"}`
      )
    );
  }
  const store = await openStore(workspace);
  const {signal, abortSignal, dispose} = interruptSignals();
  try {
    for (const {name, sensitivity} of used.values())
      if (sensitivity === "personal") await printLedger(store, name);
    const outcomes = await runEvals(store, evals, {
      options: runOptions({...verb, reuse: true}),
      datasets,
      signal,
      abortSignal,
      onOutcome: (outcome) => print(`\n${outcomeText(outcome)}`)
    });
    if (signal.aborted) {
      process.exitCode = 1;
      return print("\nInterrupted. What was paid for is kept; the same command goes on from here.");
    }
    const checked = await checkEvals(store, evals);
    print("");
    printChecks(checked, evals);
    if (verb.build) {
      await buildSite(project, {quiet: true, unlessCurrent: true});
      print(
        `\nReport: ${join(project, "dist", "index.html")}  (built in ${Math.round((Date.now() - started) / 1000)} s, ${outcomes.reduce((sum, {result}) => sum + result.calls, 0)} new completions)`
      );
      print("Open it with `npm run dev`, or put dist/ on any file host.");
    }
    if (overall(checked.flatMap((one) => one.results)) === "fail") process.exitCode = 100;
  } finally {
    dispose();
    store.close();
  }
}

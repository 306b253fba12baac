import {type CheckedRun, type UnrunGate, unrunJson} from "../../report/gates/index.js";
import type {EvalOutcome} from "../evals/run/runEvals.js";
import type {Renewed} from "../models/distil/renewAll.js";
import {printJson} from "../terminal/terminal.js";

/** What a rebuild did, as far as it came. */
export interface Rebuilt {
  datasets: {dataset: string; version: string; rows: number; changed: boolean}[];
  outcomes: readonly EvalOutcome[];
  models: readonly Renewed[];
  /** Absent where it was interrupted before the gates. */
  checked?: readonly CheckedRun[];
  unrun?: readonly UnrunGate[];
  /** Absent where nothing was to be built. */
  report?: {path: string; built: boolean};
}

/** Prints it for scripts: the exit code, versions, runs, models in use, gates. */
export function printRebuilt({datasets, outcomes, models, checked, unrun = [], report}: Rebuilt): void {
  printJson({
    exitCode: Number(process.exitCode ?? 0),
    interrupted: checked === undefined,
    datasets,
    runs: outcomes.map(({eval: one, split, result: {manifest, calls, unchanged}}) => ({
      eval: one.name,
      split: split.name,
      run: manifest?.id,
      version: manifest?.dataset.version,
      status: manifest?.status,
      unchanged,
      calls,
      costUsd: manifest?.costUsd
    })),
    models: models.map(modelJson),
    gates: [...(checked ?? []).map((one) => ({...one, report: undefined})), ...unrun.map(unrunJson)],
    report
  });
}

/** The model in use with what it was judged on, whether others were trained, and what replaced what. */
function modelJson(renewed: Renewed) {
  if (renewed.outcome === "failed") return renewed;
  const {record, version, ...rest} = renewed;
  return {
    ...rest,
    version,
    eval: record?.eval,
    judgedAt: record?.at,
    verdict: record?.judged?.verdict,
    judged: record?.judged,
    drift: record?.drift,
    before: record?.before,
    inUse: record?.kept,
    trainedRun: record?.trained
  };
}

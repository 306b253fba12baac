import {availableParallelism} from "node:os";
import type {DatasetDefinition} from "../../../data/datasets/index.js";
import {
  type Candidate,
  type CommandBudget,
  isLimited,
  prepareCandidate,
  type RunOptions
} from "../../../evals/runner/index.js";
import {UserError} from "../../../base/validation/index.js";
import {ensureSplit} from "../../../data/splits/index.js";
import {openCounts, openStore, type Store} from "../../../base/store/index.js";
import {datasetOf, type NamedEval} from "../../project/project.js";
import {createReporter} from "../../terminal/progress.js";
import {pulledVersion} from "../../project/newestVersion.js";

/** Candidates of later evals, made while earlier evals run. */
export interface Ahead {
  /** To be awaited before an eval is run: it is no longer begun beforehand, and what was begun has ended. */
  reached(one: NamedEval): Promise<void>;
  /** Ends what is under way; a training keeps its last checkpoint. */
  end(): Promise<void>;
}

export interface AheadInputs {
  datasets: readonly DatasetDefinition[];
  options: RunOptions;
  budget: CommandBudget;
  quiet?: boolean;
  signal: AbortSignal;
}

/**
 * Makes the candidates of later evals that are computed in processes of their own (`apart`), the last eval's first, with a store
 * of its own. On one processor it makes nothing. What fails here fails again, and is said, when the eval is run.
 */
export function prepareAhead(
  {workspace}: Store,
  evals: readonly NamedEval[],
  {datasets, options, budget, quiet, signal}: AheadInputs
): Ahead {
  const wanted = (one: NamedEval) =>
    one.definition.source
      ? []
      : one.definition.candidates.filter(
          ({name, apart}) => apart && (options.candidates?.includes(name) ?? true)
        );
  const waiting = availableParallelism() > 1 ? evals.slice(1).filter((one) => wanted(one).length > 0) : [];
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  let current: {one: NamedEval; done: Promise<void>} | undefined;
  const all = (async () => {
    if (waiting.length === 0) return;
    const store = await openStore(workspace);
    try {
      for (let one = waiting.pop(); one && !either.aborted; one = waiting.pop()) {
        const done = prepareEval(store, one, wanted(one), {datasets, budget, quiet, signal: either});
        current = {one, done};
        await done;
      }
    } finally {
      store.close();
    }
  })().catch(() => undefined);
  return {
    async reached(one) {
      const at = waiting.indexOf(one);
      if (at >= 0) waiting.splice(at, 1);
      if (current?.one === one) await current.done;
    },
    async end() {
      ended.abort();
      await all;
    }
  };
}

async function prepareEval(
  store: Store,
  one: NamedEval,
  candidates: readonly Candidate[],
  {datasets, budget, quiet, signal}: Omit<AheadInputs, "options">
): Promise<void> {
  try {
    const dataset = datasetOf(one.definition, datasets);
    const version = await pulledVersion(store, dataset);
    if (!version) return;
    for (const spec of [one.definition.split].flat()) {
      const name = spec.name ?? spec.strategy;
      const reporter = createReporter(`${one.name} · ${name}`, quiet, {eval: one.name, split: name});
      const split = await ensureSplit(store, version, spec, {measure: false});
      if (!(await openCounts(store, store.workspace, split))[one.definition.part ?? "test"]) continue;
      for (const candidate of candidates) {
        signal.throwIfAborted();
        const made = await prepareCandidate(one.definition, {
          store,
          version,
          split,
          candidate,
          // A run under way has its budget counted out already: what is paid waits for its turn.
          pay: isLimited(budget) ? () => Promise.reject(new UserError("it is paid in its turn")) : undefined,
          onMessage: reporter.message,
          signal
        });
        await made.close();
      }
    }
  } catch {
    // The eval itself meets it again, and says it where it belongs.
  }
}

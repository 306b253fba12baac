import {emptyRecord, memberOf} from "../../base/validation/memberOf.js";
import type {DatasetDefinition} from "../../data/datasets/index.js";
import {strictest} from "../../data/datasets/strictest.js";
import {
  keepStatedPublishing,
  statedOfDataset,
  statedOfEval,
  type StatedPublishing
} from "../../report/site/statedPublishing.js";
import {openStore, type Publishing, type Workspace} from "../../base/store/index.js";
import type {NamedEval} from "../project/project.js";
import {note} from "../terminal/terminal.js";

/** The definitions of a project's files. */
export interface Definitions {
  datasets: readonly DatasetDefinition[];
  evals: readonly NamedEval[];
  /** False when some file could not be loaded. */
  whole: boolean;
}

/**
 * Keeps what a project's definitions let pages show of rows, for the page loaders of the build or preview that follows: what was
 * sealed before goes by it, too. Of files that could not be loaded, what they said before stands. Where that is not known, rows are
 * shown by id alone, and a line says so.
 */
export async function notePublishing(
  workspace: Workspace,
  {datasets, evals, whole}: Definitions
): Promise<void> {
  const stated = {datasets: emptyRecord<Publishing>(), evals: emptyRecord<Publishing>()};
  const silent = new Set<string>();
  // An eval may define a dataset that no file of data-loaders/ does.
  for (const one of [...datasets, ...evals.map(({definition}) => definition.dataset)]) {
    if (typeof one !== "object") continue;
    if (one.publish === undefined) silent.add(one.name);
    else stated.datasets[one.name] = strictest(one.publish, memberOf(stated.datasets, one.name));
  }
  for (const {name, definition} of evals) stated.evals[name] = definition.publish ?? "masked";
  const kept = await keepStatedPublishing(workspace, {...stated, silent: [...silent].sort()}, whole);
  if (!whole) await tellUnknown(workspace, kept);
}

/** Says what of the store is shown by id alone because its definition is not known. */
async function tellUnknown(workspace: Workspace, kept: StatedPublishing): Promise<void> {
  const store = await openStore(workspace);
  try {
    const evals = new Set((await store.runs()).map((run) => run.eval));
    const datasets = new Set((await store.versions()).map(({dataset}) => dataset));
    // Without what holds for all others, nothing is said of them.
    const known = {...kept, others: undefined};
    const silent = new Set(kept.silent);
    const unknown = [
      ...[...evals].filter((name) => !statedOfEval(known, name)).map((name) => `eval ${name}`),
      ...[...datasets]
        .filter((name) => !silent.has(name) && !statedOfDataset(known, name))
        .map((name) => `dataset ${name}`)
    ];
    if (unknown.length > 0)
      note(
        `! ${unknown.join(", ")}: no file that loads defines them, nor did one at the last build here. Their rows are shown by id alone until all files load.`,
        {level: "warn"}
      );
  } finally {
    store.close();
  }
}

import {findRun, readRuns, type RunManifest, type Workspace} from "../../../base/store/index.js";
import {UserError} from "../../../base/validation/index.js";
import type {AnswersSource} from "./answersOf.js";

const LEARNABLE = ["train", "validation"];

/**
 * The runs whose answers may be learned from: an eval's newest on each of the parts train and validation, or those that are named.
 * Throws a UserError where one scored another part: what is scored for a verdict must not be trained on.
 */
export async function learnableRuns(
  workspace: Workspace,
  {of, apart = []}: AnswersSource
): Promise<RunManifest[]> {
  const all = await readRuns(workspace, {archived: true});
  const found = new Map<string, RunManifest>();
  for (const name of [of].flat())
    for (const run of runsNamed(all, name)) {
      if (run.imported && apart.length === 0)
        throw new UserError(
          `run ${run.id} was imported, and no split says which of its rows may be learned. Name in \`apart\` the datasets whose test rows must not come through.`
        );
      if (run.imported || LEARNABLE.includes(run.split.part)) found.set(run.id, run);
      else
        throw new UserError(
          `run ${run.id} scored the ${run.split.part} part of ${run.dataset.name}: what is scored for a verdict must not be trained on. Run the eval on \`part: "train"\`, and name that run.`
        );
    }
  const runs = [...found.values()];
  const datasets = new Set(runs.map(({dataset}) => dataset.name));
  if (datasets.size > 1)
    throw new UserError(
      `answersOf: its runs are of several datasets (${[...datasets].join(", ")}). Declare a dataset of each.`
    );
  return runs;
}

function runsNamed(all: readonly RunManifest[], name: string): RunManifest[] {
  const ofEval = all.filter((run) => run.eval === name && run.archived === undefined && !run.imported);
  const byPart = LEARNABLE.map((part) => ofEval.filter((run) => run.split.part === part)).filter(
    (some) => some.length > 0
  );
  return byPart.length > 0 ? byPart.map((some) => findRun(some, name)) : [findRun(all, name)];
}

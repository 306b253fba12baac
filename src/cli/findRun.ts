import {UserError} from "../store/index.js";

/** A run by its id or by the beginning of it. */
export function findRun<Run extends {id: string}>(runs: readonly Run[], id: string): Run {
  const exact = runs.find((run) => run.id === id);
  if (exact) return exact;
  const found = runs.filter((run) => run.id.startsWith(id));
  if (found.length === 1) return found[0]!;
  if (found.length === 0)
    throw new UserError(`the store has no run ${JSON.stringify(id)}. \`assay runs\` lists them.`);
  throw new UserError(
    `${JSON.stringify(id)} is the beginning of ${found.length} runs: ${found.map((run) => run.id).join(", ")}.`
  );
}

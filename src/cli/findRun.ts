import {lastAsked, type RunManifest, UserError} from "../store/index.js";

type Known = Pick<RunManifest, "id" | "eval" | "status" | "startedAt" | "askedAt" | "archived">;

/** A run by its id, by the name of its eval, which means the run last asked for that is not archived, complete ones first, or by the beginning of its id. */
export function findRun<Run extends Known>(runs: readonly Run[], name: string): Run {
  const exact = runs.find((run) => run.id === name);
  if (exact) return exact;
  const [newest] = runs
    .filter((run) => run.eval === name && run.archived === undefined)
    .sort(
      (a, b) =>
        Number(b.status === "complete") - Number(a.status === "complete") ||
        lastAsked(b).localeCompare(lastAsked(a))
    );
  return newest ?? runOfId(runs, name);
}

/** A run by its id or by the beginning of it: for what deletes or archives runs, where a name is too little. */
export function runOfId<Run extends {id: string}>(runs: readonly Run[], id: string): Run {
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

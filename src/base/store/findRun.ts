import {UserError} from "../validation/index.js";
import {lastAsked} from "./kinds/lastAsked.js";
import type {RunManifest} from "./records/run.js";

type FindableRun = Pick<RunManifest, "id" | "eval" | "status" | "startedAt" | "askedAt" | "archived">;

/** A run by its id, by the name of its eval, which means the run last asked for that is not archived, complete ones first, or by the beginning of its id. */
export function findRun<Run extends FindableRun>(runs: readonly Run[], name: string): Run {
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

/**
 * A run by its id or by the beginning of it, with some of its hash: for what deletes or archives runs, where a name, which may
 * begin the id of another eval's run, is too little.
 */
export function runOfId<Run extends {id: string}>(runs: readonly Run[], id: string): Run {
  const exact = runs.find((run) => run.id === id);
  if (exact) return exact;
  const alike = runs.filter((run) => run.id.startsWith(id));
  const found = alike.filter((run) => id.length > run.id.lastIndexOf("-") + 1);
  if (found.length === 1) return found[0]!;
  const said = JSON.stringify(id);
  if (alike.length === 0) throw new UserError(`the store has no run ${said}. \`assay runs\` lists them.`);
  const ids = alike.map((run) => run.id).join(", ");
  throw new UserError(
    found.length === 0
      ? `${said} is too little of a run's id. Runs whose ids begin so: ${ids}.`
      : `${said} is the beginning of ${alike.length} runs: ${ids}.`
  );
}

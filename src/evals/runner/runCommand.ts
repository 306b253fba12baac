import {shellWord} from "../../base/validation/index.js";
import type {RunOptions} from "./plan/resolve.js";

/** The command that makes a run of an eval, with the options that choose which rows are asked of whom. */
export function runCommand(
  name: string,
  {limit, candidates = [], repeats, race, final, why}: RunOptions & {race?: boolean}
): string {
  const words = ["assay", "run", name];
  if (limit !== undefined) words.push("--limit", String(limit));
  for (const one of candidates) words.push("--candidate", shellWord(one));
  if (repeats !== undefined) words.push("--repeat", String(repeats));
  if (race !== undefined) words.push(race ? "--race" : "--no-race");
  if (final) words.push("--final", "--why", shellWord(why ?? ""));
  return words.join(" ");
}

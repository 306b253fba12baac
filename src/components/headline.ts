import type {Verdict} from "../decisions/types.js";
import {count, list} from "./format.js";

/** More names than this make a headline nobody reads. */
const NAMED = 3;

/** The verdict in a few words, for a reader in a hurry; the engine's sentence says it with its numbers. */
export function headline({kind, best, set}: Verdict): string {
  if (kind === "no-scores" || best === undefined) return "Nothing to decide yet";
  if (kind === "pick") return `Pick ${best}`;
  const others = set.filter((name) => name !== best);
  const names = set.length > NAMED ? `${best} and ${count(others.length)} others` : list([best, ...others]);
  return kind === "tie" ? `A tie: ${names}` : `Too close to call: ${names}`;
}

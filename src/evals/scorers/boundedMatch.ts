import {createContext, Script} from "node:vm";
import type {Scorer} from "./types.js";

/** Milliseconds that a pattern may look at one text. */
const LONGEST_LOOK = 1000;

const context = createContext(Object.create(null));
const look = new Script(
  "[...text.matchAll(pattern)].map((match) => ({all: [...match], groups: {...match.groups}}))"
);

export interface BoundedMatch {
  all: (string | undefined)[];
  groups: Record<string, string | undefined>;
}

/** Without a repetition there is nothing to go back over, and no need of the watch, which costs a tenth of a millisecond. */
const REPEATS = /[*+{]/;

/** A pattern was looked for longer than `LONGEST_LOOK`. */
export class SlowPatternError extends Error {
  constructor(source: string) {
    super(
      `the pattern ${source.slice(0, 60)} took longer than ${LONGEST_LOOK / 1000} s on this output; write it without nested repetitions`
    );
    this.name = "SlowPatternError";
  }
}

/**
 * All matches of a pattern in a text, of which a model may have written either. Throws SlowPatternError when looking took
 * longer than `LONGEST_LOOK`: a pattern that goes back over its own repetitions would hold the process for ever.
 */
export function boundedMatches(pattern: RegExp, text: string): BoundedMatch[] {
  const flags = pattern.flags.includes("g") ? pattern.flags : `${pattern.flags}g`;
  const all = new RegExp(pattern.source, flags);
  if (!REPEATS.test(pattern.source))
    return [...text.matchAll(all)].map((match) => ({all: [...match], groups: {...match.groups}}));
  Object.assign(context, {text, pattern: all});
  try {
    return look.runInContext(context, {timeout: LONGEST_LOOK}) as BoundedMatch[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT")
      throw new SlowPatternError(pattern.source);
    throw error;
  }
}

/** The scorer, which fails on a row, with the reason, where a pattern took too long. */
export function failWhenSlow(score: Scorer): Scorer {
  const failure = (error: unknown) => {
    if (error instanceof SlowPatternError) return {failed: error.message};
    throw error;
  };
  return (input) => {
    try {
      const given = score(input);
      return given instanceof Promise ? given.catch(failure) : given;
    } catch (error) {
      return failure(error);
    }
  };
}

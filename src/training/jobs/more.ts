import {isDeepStrictEqual} from "node:util";
import {isObject} from "../../base/validation/isObject.js";
import {UserError} from "../../base/validation/errors.js";
import type {JobTraining} from "./training.js";

/**
 * Where a service's request, or a tool's configuration, says what a job may say itself: members joined by dots, by the job's own
 * words. `steps` is what ends a training before its epochs.
 */
export type Words = Partial<
  Record<
    "epochs" | "rows" | "rate" | "length" | "seed" | "lora.rank" | "lora.alpha" | "preference.beta" | "steps",
    string
  >
>;

/** Settings with a job's `more` in them, at every depth. */
export function withMore(settings: object, more: object = {}): Record<string, unknown> {
  const own = settings as Record<string, unknown>;
  const added = Object.entries(more).map(([name, value]: [string, unknown]) => {
    const before = own[name];
    return [name, isObject(before) && isObject(value) ? withMore(before, value) : value] as const;
  });
  return {...own, ...Object.fromEntries(added)};
}

/** A number that a job says, in its own words or in those of `more`; undefined when it says none. */
export function saidNumber(
  training: Partial<JobTraining>,
  words: Words,
  name: keyof Words
): number | undefined {
  const said = memberAt(training, name) ?? inMore(training, words, name);
  return typeof said === "number" ? said : undefined;
}

/** Throws UserError for what a job says twice, in its own words and otherwise in `more`. */
export function checkMore(training: JobTraining, words: Words): void {
  for (const name of Object.keys(words) as (keyof Words)[]) {
    const [own, other] = [memberAt(training, name), inMore(training, words, name)];
    if (own !== undefined && other !== undefined && !isDeepStrictEqual(own, other))
      throw new UserError(
        `the job says \`${name}\` ${JSON.stringify(own)}, and in \`more\` \`${words[name]}\` ${JSON.stringify(other)}, which is the same setting. Leave one of them out.`
      );
  }
}

function inMore({more}: Partial<JobTraining>, words: Words, name: keyof Words): unknown {
  const path = words[name];
  return path === undefined ? undefined : memberAt(more, path);
}

function memberAt(value: unknown, path: string): unknown {
  return path.split(".").reduce((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

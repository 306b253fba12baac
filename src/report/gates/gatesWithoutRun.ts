import type {CheckedRun} from "./checkEvals.js";
import {statedPlaces} from "../../evals/races/index.js";
import type {NamedEval} from "../../evals/runner/index.js";

/** A split and part that an eval with a gate states and has no run of. */
export interface UnrunGate {
  eval: string;
  /** The eval's file, from the project's folder. */
  path: string;
  /** Absent, as the part is, where the eval's scores come from files. */
  split?: string;
  part?: string;
}

/** The splits and parts of evals with a gate that have no run in `checked`. */
export function gatesWithoutRun(checked: readonly CheckedRun[], evals: readonly NamedEval[]): UnrunGate[] {
  return evals
    .filter(({definition}) => definition.gate?.length)
    .flatMap(({name, path, definition}) => {
      const judged = checked.filter((one) => one.eval === name);
      if (definition.source) return judged.length > 0 ? [] : [{eval: name, path}];
      const isJudged = (split: string, part: string) =>
        judged.some((one) => one.split === split && one.part === part && !one.report.run.imported);
      return statedPlaces(definition)
        .filter(({split, part}) => !isJudged(split, part))
        .map((place) => ({eval: name, path, ...place}));
    });
}

/** The split and part of a run, in parentheses behind the eval's name: " (random)", " (random, validation)". */
export function placeText({split, part}: Pick<UnrunGate, "split" | "part">): string {
  if (split === undefined) return "";
  return part === undefined || part === "test" ? ` (${split})` : ` (${split}, ${part})`;
}

/** That a gate has no run, and the command that makes one. */
export function unrunText({eval: name, part}: UnrunGate): string {
  const opening = part === "held-out" ? ' --final --why "…"' : "";
  return `it states a gate and has no run. Run \`assay run ${name}${opening}\`.`;
}

/** A gate without a run as `assay check --json` lists it: in the form of those that have one, undecided. */
export function unrunJson(one: UnrunGate): object {
  const result = {rule: "a run to check", status: "undecided", message: unrunText(one)};
  return {...one, run: null, results: [result]};
}

import {FILLED_IN, LOADED} from "../../evals/importedResults/tools/promptfoo/writeAssertions.js";
import {plural} from "../terminal/plural.js";
import type {NamedEval} from "../project/project.js";

type StatedEval = NamedEval["definition"];

/** What of an eval no other tool is told: how its figures are read, and how its calls are made. */
export function notTaken(definition: StatedEval): string[] {
  const {fewShot, gate, margin, slices, cluster, primary, race, candidates, needs} = definition;
  const named = (of: StatedEval["slices"]) => (Array.isArray(of) ? of : Object.keys(of ?? {})).join(", ");
  const limited = candidates.filter(({reach}) => reach?.endpoint.limits);
  const costed = candidates.filter(({hosting, wayThere}) => hosting ?? wayThere);
  const stated: [unknown, string][] = [
    [fewShot, `fewShot: the prompts have none of the ${fewShot?.count} examples of a run`],
    [gate?.length, `gate: ${plural(gate?.length ?? 0, "rule")}`],
    [margin, `margin: ${margin}`],
    [named(slices), `slices: ${named(slices)}`],
    [cluster, `cluster: ${typeof cluster === "function" ? "a function" : cluster}`],
    [primary, `primary: ${primary}`],
    [race, "race: every candidate is asked about every row"],
    [needs, `needs: ${Object.keys(needs ?? {}).join(", ")}`],
    [limited.length, `limits of the endpoints of ${namesOf(limited)}`],
    [costed.length, `hosting and way there of ${namesOf(costed)}: no price but that of tokens`]
  ];
  return stated.flatMap(([is, line]) => (is ? [line] : []));
}

/** What samples of Inspect leave out beside it: they are rows with one prompt, and nothing else. */
export function notInSamples(definition: StatedEval, prompts: readonly string[]): string[] {
  const {candidates, scorers, repeats = 1} = definition;
  const priced = candidates.filter(({reach}) => reach?.endpoint.price?.(reach.model));
  return [
    ...Object.keys(scorers).map((name) => `scorer ${name}: give the task a scorer`),
    ...candidates.map(({name, params, tools}) => {
      const settings = [...Object.keys(params ?? {}), ...(tools?.length ? ["tools"] : [])];
      return `candidate ${name}${settings.length > 0 ? `, with ${settings.join(", ")}` : ""}`;
    }),
    ...(priced.length > 0 ? [`prices of ${namesOf(priced)}`] : []),
    ...prompts.slice(1).map((name) => `prompt ${name}: the samples have the prompt ${prompts[0]}`),
    ...notTaken(definition),
    ...(repeats > 1 ? [`repeats: give the task ${repeats} epochs`] : [])
  ];
}

/** Whether promptfoo would load a file or a package in the place of one of the texts. */
export const isLoaded = (vars: object) => hasText(vars, LOADED);

/** Whether promptfoo would fill something in in one of the texts. */
export const isFilledIn = (vars: object) => hasText(vars, FILLED_IN);

const hasText = (vars: object, pattern: RegExp) =>
  Object.values(vars)
    .flat()
    .some((value) => typeof value === "string" && pattern.test(value));

const namesOf = (of: readonly {name: string}[]) => of.map(({name}) => name).join(", ");

import type {EvalDefinition, RaceOptions, RunInputs} from "../runner/index.js";
import {DEFAULT_MARGIN} from "../decisions/index.js";
import type {RaceSettings} from "../decisions/raceTypes.js";
import {corpusName} from "../../base/stats/index.js";
import {UserError} from "../../base/validation/index.js";
import {noRows, openCounts} from "../../base/store/index.js";

/** The corpus figure that an eval decides by; undefined where the mean of rows does. */
function decidingFigure({scorers, primary = Object.keys(scorers)[0]!}: EvalDefinition) {
  return scorers[primary]?.corpus;
}

/** The settings of an eval's race. Throws UserError with all that keeps it from being raced. */
export async function raceSettings(
  definition: EvalDefinition,
  {evalName, store, split, options = {}}: RunInputs,
  race: RaceOptions
): Promise<RaceSettings> {
  const problems: string[] = [];
  const candidates = options.candidates ?? definition.candidates.map(({name}) => name);
  const part = definition.part ?? "test";
  const rows = Math.min(
    (await openCounts(store, store.workspace, split))[part] ?? 0,
    options.limit ?? Infinity
  );
  const {budgetCalls, budgetUsd, errorRate} = race;
  const repeats = options.repeats ?? definition.repeats ?? 1;
  const figure = decidingFigure(definition);
  if (figure)
    problems.push(
      `it decides by ${corpusName(figure)}, and a race takes the mean of rows that are independent. Race it by such a scorer, such as one with level: "sentence", average: "accuracy" or level: "prompt".`
    );
  if (candidates.length < 2) problems.push("it takes at least two candidates.");
  if (typeof definition.prompt === "object" && Object.keys(definition.prompt).length > 1)
    problems.push("it has several prompts. Race the candidates with one of them.");
  if (rows === 0) problems.push(noRows(split, part));
  if (options.noReuse) problems.push("a race builds on what the store holds: leave --no-reuse out.");
  if (errorRate !== undefined && !(errorRate > 0 && errorRate < 1))
    problems.push(`the error rate is ${errorRate}; it must be between 0 and 1, such as 0.05.`);
  if (errorRate !== undefined && (budgetCalls !== undefined || budgetUsd !== undefined))
    problems.push(
      "a race has an error rate or a budget, not both: a race for a budget controls no error rate."
    );
  if (budgetCalls !== undefined && budgetUsd !== undefined)
    problems.push("a race has one budget: say --budget-calls or --budget-usd.");
  const least = candidates.length * repeats * Math.ceil(Math.log2(Math.max(2, candidates.length)));
  if (budgetCalls !== undefined && budgetCalls < least)
    problems.push(
      `${budgetCalls} calls are too few for ${candidates.length} candidates; it takes at least ${least}.`
    );
  if (problems.length > 0)
    throw new UserError(
      `eval ${evalName} cannot be raced:\n${problems.map((one) => `  - ${one}`).join("\n")}`
    );
  return {
    candidates,
    rows,
    repeats,
    margin: definition.margin ?? DEFAULT_MARGIN,
    errorRate: budgetCalls === undefined && budgetUsd === undefined ? (errorRate ?? 0.05) : undefined,
    budgetCalls,
    budgetUsd
  };
}

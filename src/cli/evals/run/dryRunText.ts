import {OLD_PRICE_DAYS} from "../../../base/costs/index.js";
import type {DryRun, StatedPrice} from "../../../evals/runner/index.js";
import {amountsText} from "../costs/amountsText.js";
import {plural} from "../../terminal/plural.js";
import {table} from "../../terminal/terminal.js";

/** What a run would do and cost, and at which prices that was counted. */
export function dryRunText(title: string, dryRun: DryRun, {raced}: {raced: boolean}): string {
  const {calls, planned, promptTokens, completionTokens, candidates, scorers} = dryRun;
  return [
    `${title}: ${plural(calls, "call")} of ${planned} planned (${uncalledText(dryRun)})`,
    ...failedText(dryRun),
    `expected: ${promptTokens} prompt tokens${basisText(calledOf(dryRun).map(({promptBasis}) => BASIS[promptBasis]))}, ${completionTokens ?? "an unknown number of"} completion tokens${basisText(calledOf(dryRun).map(({basis}) => basis && BASIS[basis]))}, cost ${costText(dryRun)}`,
    ...budgetText(dryRun),
    table(candidates, [
      {title: "candidate", text: "name", value: (row) => row.name},
      {title: "calls", align: "right", value: (row) => row.calls},
      {title: "rows not sent", align: "right", value: (row) => row.refusedRows},
      {title: "prompt tokens", align: "right", value: (row) => row.promptTokens},
      {title: "completion tokens", align: "right", value: (row) => row.completionTokens},
      {
        title: "cost",
        align: "right",
        value: (row) => (row.costUsd === undefined ? undefined : usd(row.costUsd))
      }
    ]),
    ...pricesText([
      ...candidates.map(({name, prices}) => ({name, prices})),
      ...scorers.map(({name, prices}) => ({name: `scorer ${name}`, prices}))
    ]),
    ...(dryRun.priceProblem === undefined ? [] : [`The price list was left out: ${dryRun.priceProblem}`]),
    ...candidates.flatMap(({name, atMost, calls: own}) =>
      atMost && own > 0 ? [`${name}: at most, when every row is put to all of its models`] : []
    ),
    ...scorers.map(
      ({name, model, endpoint, calls: own}) =>
        `scorer ${name}: at most ${plural(own, "call")} of ${model ?? "a model"} at ${endpoint}, not in the cost above; a budget counts them`
    ),
    ...(dryRun.preflightCalls > 0
      ? [
          `before the first row: ${plural(dryRun.preflightCalls, "call")} of a few tokens to ask whether the endpoints are ready, not in the cost above; a budget counts them`
        ]
      : []),
    ...candidates.flatMap(({name, notMade}) =>
      notMade ? [`${name} is not in the store yet: the run makes it first, and a dry run does not`] : []
    ),
    ...new Set(candidates.flatMap(({refusal}) => refusal ?? [])),
    ...(raced ? ["At most: the eval races its candidates, and stops when the choice is made."] : [])
  ].join("\n");
}

const usd = (value: number) => `$${value.toFixed(4)}`;

const calledOf = ({candidates}: DryRun) => candidates.filter(({calls}) => calls > 0);

const BASIS = {
  observed: "as observed in earlier answers",
  characters: "a guess from their characters",
  max_tokens: "at most, by max_tokens"
};

/** What a figure rests on; each in turn where candidates differ. */
function basisText(bases: readonly (string | undefined)[]): string {
  const stated = [...new Set(bases.filter((basis) => basis !== undefined))];
  return stated.length === 0 ? "" : ` (${stated.join("; for others ")})`;
}

function failedText({failed}: DryRun): string[] {
  if (failed === 0) return [];
  return [
    `${plural(failed, "call")} failed before: --retry-failed makes ${failed === 1 ? "it" : "them"} again`
  ];
}

/** What a budget comes to, which holds for all that a command runs. */
function budgetText({budget, costUsd, scorers}: DryRun): string[] {
  if (!budget) return [];
  if (budget.refusal !== undefined) return [`The run would be refused: ${budget.refusal}`];
  const {earlierUsd, ofDay} = budget;
  const before = earlierUsd === undefined ? "" : `, ${usd(earlierUsd)} of it for what runs before`;
  const own = ofDay
    ? `$${budget.usd} left of the project's budget a day${before}`
    : `budget of $${budget.usd} for this command${before}`;
  const judged = scorers.some(({calls}) => calls > 0) ? ", without the calls of scorers" : "";
  if (budget.fits === undefined) return [`${own}: the run stops at it; whether the calls fit is not known`];
  return budget.fits
    ? [`${own}: the expected cost${judged} fits; the run stops when the next call might not`]
    : [
        `${own}: the expected cost of ${usd(costUsd!)}${judged} does not fit, the run would stop at the budget`
      ];
}

/** Why some of what is planned needs no call. */
function uncalledText({reused, repeated, refused, failed}: DryRun): string {
  const repeats =
    repeated > 0 ? `, ${repeated} ${repeated === 1 ? "repeats" : "repeat"} another's prompt` : "";
  const failures = failed > 0 ? `, ${failed} failed` : "";
  return `${reused} in the store already${failures}${repeats}${refused > 0 ? `, ${refused} not sent` : ""}`;
}

function costText({calls, costUsd, candidates}: DryRun): string {
  if (calls === 0) return usd(0);
  if (costUsd !== undefined) return usd(costUsd);
  const unknown = candidates.filter((one) => one.calls > 0 && one.costUsd === undefined);
  const unpriced = unknown.filter(({prices}) => prices.length === 0).map(({name}) => name);
  return unpriced.length > 0
    ? `unknown (no price for ${unpriced.join(", ")}: neither the endpoint nor prices/*.json, which is for hosted APIs, states one)`
    : `unknown (nothing tells how long the answers of ${unknown.map(({name}) => name).join(", ")} are: state max_tokens)`;
}

/** A line for each price, with those who are counted at it. */
function pricesText(of: readonly {name: string; prices: readonly StatedPrice[]}[]): string[] {
  const users = new Map<string, Set<string>>();
  for (const {name, prices} of of)
    for (const price of prices) {
      const line = priceText(price);
      users.set(line, (users.get(line) ?? new Set<string>()).add(name));
    }
  return [...users].map(([line, names]) => `${line} (${[...names].join(", ")})`);
}

function priceText(price: StatedPrice): string {
  const {model, from, asOf, source, daysOld, old} = price;
  const age = old ? ` · OLD: ${daysOld} days, more than ${OLD_PRICE_DAYS}` : "";
  const where = from === "endpoint" ? "stated by the endpoint" : "from the project's price list";
  return `price of ${model}: ${amountsText(price)}, ${where}, ${asOf}, ${source}${age}`;
}

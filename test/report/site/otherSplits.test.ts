import {expect, it} from "vitest";
import {otherSplits} from "../../../src/report/site/otherSplits.js";
import type {RunView} from "../../../src/report/site/types.js";

function run(split: string, mean: number, {name = "triage", strategy = "group"} = {}): RunView {
  return {
    id: `${name}-${split}`,
    eval: name,
    dataset: {name: "mails", version: "1"},
    split: {name: split, strategy, part: "test"},
    primaryScorer: "accuracy",
    named: "linear",
    verdict: {
      best: "linear",
      action: "Keep linear.",
      summaries: [{candidate: "linear", mean, low: mean - 0.05, high: mean + 0.05}]
    }
  } as unknown as RunView;
}

it("names other splits where the same candidate scored outside its interval, the lowest first, of other evals as well", () => {
  const here = run("threads", 0.84);
  const all = [
    here,
    run("temporal", 0.44, {name: "baselines"}),
    run("years", 0.6),
    run("alike", 0.82),
    run("random", 0.95, {strategy: "random"})
  ];
  expect(otherSplits(here, all).map(({split, mean}) => [split, mean])).toEqual([
    ["temporal", 0.44],
    ["years", 0.6]
  ]);
});

it("names a split of the same eval whose verdict names another candidate", () => {
  const here = run("threads", 0.84);
  const other = {...run("years", 0.83), named: "static"};
  expect(otherSplits(here, [here, other])).toMatchObject([{split: "years", action: "Keep linear."}]);
  expect(otherSplits(here, [here, {...other, eval: "baselines"}])).toEqual([]);
});

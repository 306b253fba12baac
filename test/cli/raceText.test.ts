import {expect, it} from "vitest";
import {roundText} from "../../src/cli/evals/runs/raceText.js";
import type {RaceRound} from "../../src/evals/decisions/index.js";

it("a round says means and lead over the same rows, and how many were scored of those asked", () => {
  const lead = {
    estimate: 0.2653,
    low: 0.11,
    high: 0.4,
    observations: 49,
    meanBy: 0.9184,
    mean: 0.6531
  };
  const round = {
    rows: 50,
    standings: [{candidate: "large", mean: 0.9184, scored: 49}],
    dropped: [{candidate: "small", why: "worse", by: "large", lead}]
  } as unknown as RaceRound;
  expect(roundText({...round, grouped: true})).toMatch(/where both were scored \(49 groups\)$/);
  expect(roundText(round)).toBe(
    "large leads with 91.8 on 49 scored of 50 rows; small is out: large leads it by 26.5 (11.0 to 40.0), 91.8 against 65.3 where both were scored (49 rows)"
  );
});

import {describe, expect, it} from "vitest";
import {type JudgedAnswer, judgeFigures} from "../../../src/report/components/judges/judgeFigures.js";
import {rng} from "../../../src/base/stats/index.js";

describe("the agreement of a judge with people", () => {
  const answer = (group: string, human: number, judge: number): JudgedAnswer => ({
    candidate: "a",
    group,
    human,
    judge
  });

  it("is not shown by two answers on which they agree", () => {
    const {kappa, alpha} = judgeFigures([answer("1", 1, 1), answer("2", 0, 0)], ["a"]).agreement!;
    expect([kappa!.kappa, alpha!.alpha]).toEqual([1, 1]);
    expect([kappa!.low < 0, alpha!.low < 0]).toEqual([true, true]);
  });

  it("is beyond chance in at most 2.5 of 100 cases where the judge has nothing to do with people, however many answers a row has", () => {
    let beyond = 0;
    const trials = 400;
    for (let trial = 0; trial < trials; trial++) {
      const next = rng("unrelated", trial);
      const answers = Array.from({length: 30}, (_, row) => {
        const leans = [Number(next() < 0.6), Number(next() < 0.6)];
        const said = (of: number) => (next() < 0.9 ? of : 1 - of);
        return Array.from({length: 10}, () => answer(`row ${row}`, said(leans[0]!), said(leans[1]!)));
      }).flat();
      if (judgeFigures(answers, ["a"]).agreement!.kappa!.low > 0) beyond++;
    }
    expect(beyond / trials).toBeLessThan(0.04);
  });
});

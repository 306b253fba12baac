import {describe, expect, it} from "vitest";
import {
  cutOptions,
  cutsOf,
  decide,
  type RiskFacts,
  type ScoreTable
} from "../../../src/evals/decisions/index.js";

function tableOf(of: Record<string, (row: number) => number>, baseline?: string): ScoreTable {
  const rows = Array.from({length: 400}, (_, row) => row);
  return {
    candidates: Object.keys(of),
    baseline,
    rowIds: rows.map(String),
    values: Object.values(of).map((cell) => rows.map(cell)),
    binary: false
  };
}
const judge = (changed: number): RiskFacts => ({
  judge: {model: "m", failed: 0, scored: 800, judgesItself: [], order: {asked: 800, changed}}
});
const options = {margin: 0.05, seed: "s"};
const even = tableOf({a: () => 0.5, b: () => 0.5, c: () => 0.5});
const led = tableOf({a: (row) => (row % 4 ? 0.5 : 0), b: (row) => (row % 4 ? 0.5 : 1)}, "a");

describe("a judge whose choice changes with the order", () => {
  it("is a risk from a fifth of the answers on", () => {
    const risks = (changed: number) => decide(even, {...options, facts: judge(changed)}).risks;
    expect(risks(159)).toEqual([]);
    expect(risks(160)).toMatchObject([
      {
        kind: "judge",
        sentence:
          "The judge m changes its choice with the order of the two answers on 160 of 800 answers (20.0%), each of which counts as a tie."
      }
    ]);
    expect(decide(even, {...options, facts: {judge: {...judge(0).judge!, order: undefined}}}).risks).toEqual(
      []
    );
  });

  it("holds a tie back where most change, also from who would keep what is in use", () => {
    const {action, sentence, heldBy} = decide(even, {...options, facts: judge(800)});
    expect(heldBy).toBe("judge");
    expect(action).toMatch(
      /^Do not choose between a, b and c yet: that a, b and c are equally good may come from the order of the answers\.$/
    );
    expect(sentence).toMatch(/: a tie\.$/);
    expect(decide({...even, baseline: "a"}, {...options, facts: judge(800)}).action).toMatch(
      /^Keep a for now: that /
    );
    expect(decide(even, {...options, facts: judge(400)}).held).toBeUndefined();
  });

  it("holds a pick back where nobody is in use, or where it is what is in use", () => {
    const action = (baseline: string | undefined, changed: number) =>
      decide({...led, baseline}, {...options, facts: judge(changed)}).action;
    expect(action(undefined, 600)).toBe(
      "Do not choose b yet: its lead may come from the order of the answers."
    );
    expect(action("b", 600)).toBe("Keep b for now: its lead may come from the order of the answers.");
    expect(action(undefined, 200)).toMatch(/^Take b: it is shown to be better/);
    const alone = {...led, candidates: ["b"], values: [led.values[1]!], baseline: undefined};
    expect(decide(alone, {...options, facts: judge(600)}).held).toBeUndefined();
  });

  it("holds a switch back where most change, in all rows and in some", () => {
    const verdict = decide(led, {...options, facts: judge(600)});
    expect(verdict.action).toMatch(
      /^Do not switch to b yet: its lead may come from the order of the answers\.$/
    );
    expect(decide(led, {...options, facts: judge(200)}).action).toMatch(/^Switch to b/);
    const given = cutOptions(verdict, {decides: true, scale: "proportion", seed: "s"});
    const halves = {name: "half", values: led.rowIds.map((_, row) => (row < 200 ? "first" : "second"))};
    expect(cutsOf(led, [halves], given)[1]!.verdict.heldBy).toBe("judge");
  });
});

import {expect, it} from "vitest";
import type {HistoryEntry} from "../../src/evals/decisions/index.js";
import {words} from "../evals/runner/support/project.js";
import {answering, checked, pullNext, run, setUpHistory, state} from "./support/historyProject.js";

setUpHistory();

it("compares scores on the scale that their scorer states, and says of those without one why not", async () => {
  const graded = async (name: string, values: readonly number[], bounds?: readonly [number, number]) => {
    for (const value of values) {
      const scorer = Object.assign(() => value, {binary: false, settings: {value}, bounds});
      await run({scorers: {graded: scorer}}, name);
    }
    return checked({}, name);
  };
  const ranged = await graded("ranged", [90, 20], [0, 100]);
  expect(ranged.code).toBe(100);
  expect(ranged.text).toMatch(/ \u221270 \(\u221270\.\d+ to \u22126\d\.\d+\)/);
  const unranged = await graded("unranged", [90, -20]);
  expect(unranged.code).toBe(101);
  expect(unranged.text).toContain(
    "unranged: m has runs that are not compared: scores of graded lie outside of 0 to 1 and of any range that it states"
  );
});

it("names rows that came or went, which leave a fall on the others to chance", async () => {
  const whole = state.project;
  const on = async (rows: number) => {
    await pullNext(words(rows));
    await run({prompt: "Rows: {{text}}"}, "rows");
    const {text} = await checked({all: true}, "rows");
    const entries = JSON.parse((await checked({json: true}, "rows")).text) as HistoryEntry[];
    return {last: entries.at(-1), text};
  };
  [answering.wrong, answering.wrongBelow] = [1, 120];
  await on(300);
  answering.wrong = 2;
  const fewer = await on(280);
  expect(fewer.last).toMatchObject({status: "flaky", newest: true});
  expect(fewer.last!.changed).toEqual([{kind: "rows", what: "20 rows fewer"}]);
  expect(fewer.text).toMatch(/flaky .+% {2}20 rows fewer$/m);
  answering.wrong = 3;
  const more = await on(300);
  expect(more.last).toMatchObject({status: "flaky"});
  expect(more.last!.changed).toEqual([{kind: "rows", what: "20 rows more"}]);
  [answering.wrong, answering.wrongBelow] = [20, Infinity];
  const fallen = await on(280);
  expect(fallen.last).toMatchObject({status: "drifted"});
  expect(fallen.text).toMatch(
    /drifted .+ {2}20 rows fewer; nothing known: the server may have changed without saying so$/m
  );
  state.project = whole;
});

// @module-tag long
import {describe, expect, it} from "vitest";
import {raceText} from "../../src/cli/evals/runs/raceText.js";
import {replay} from "../../src/report/components/races/raceScores.js";
import {decidingRuns, listRaces} from "../../src/evals/races/index.js";
import {runRace} from "../../src/evals/races/runRace.js";
import {races, raceScores} from "../../src/report/site/index.js";
import {behaving, definition, inputs, model, project, setUpBudgets} from "./support/budgetProject.js";

const asked = () => model.requests.filter(({path}) => path.endsWith("/completions")).length;

setUpBudgets();

describe("the budget of a race", () => {
  it("picks on the rows that all had ended, and costs nothing again", {tags: ["long"]}, async () => {
    const budgetUsd = 1.5;
    behaving.failing = "b";
    const {record} = await runRace(definition(), inputs(), {budgetUsd});
    expect(record.outcome).toMatchObject({kind: "pick", best: "a"});
    const cut = record.rounds.find(({cutShort}) => cutShort !== undefined)!;
    expect(cut.rows).toBeLessThan(cut.cutShort!.planned);
    expect(cut.cutShort!.why).toMatch(new RegExp(`^budget: \\$[\\d.]+ of \\$${budgetUsd} spent`));
    expect(raceText(record)).toContain(`cut short, ${cut.rows} of ${cut.cutShort!.planned} rows`);
    const paid = asked();
    const again = await runRace(definition(), inputs(), {budgetUsd});
    expect(again.record).toEqual(record);
    expect(asked()).toBe(paid);
    project.store.refresh();
    const [view] = (await races(project.store)).races;
    const course = replay(view!, await raceScores(project.store, record.id))!;
    expect(course.rounds.map(({rows}) => rows)).toEqual(record.rounds.map(({rows}) => rows));
    expect(course.outcome).toEqual(record.outcome);
    // The run that the budget ended is no run that the eval is decided by.
    const deciding = decidingRuns(await project.store.runs(), []);
    expect(deciding).toEqual([]);
    expect(
      decidingRuns(await project.store.runs(), await listRaces(project.store.workspace))[0]!.race!.id
    ).toBe(record.id);
  });

  it("is a hard cap on calls whose cost nobody stated", async () => {
    behaving.withoutUsage = "d";
    const budgetUsd = 2;
    const {record} = await runRace(definition({}, 8), inputs(), {budgetUsd});
    expect(record.rounds.length).toBeGreaterThan(1);
    project.store.refresh();
    const runs = await project.store.runs();
    const known = runs.reduce((sum, {costUsd = 0}) => sum + costUsd, 0);
    const unpriced = runs.reduce((sum, {unpricedCalls}) => sum + unpricedCalls, 0);
    expect(unpriced).toBeGreaterThan(0);
    // One byte may be a token: no call to "d" can have cost less than its eight tokens of answer.
    expect(known + 0.008 * unpriced).toBeLessThanOrEqual(budgetUsd);
  });

  it("counts answers of unknown cost as the others, over all its starts", async () => {
    behaving.isUntold = true;
    const budgetUsd = 2;
    const each = 0.015;
    await runRace(definition({}, 8), inputs({budgetUsd: 1.2}), {budgetUsd});
    const {record} = await runRace(definition({}, 8), inputs(), {budgetUsd});
    expect(each * asked()).toBeGreaterThan(1.2);
    expect(each * asked()).toBeLessThanOrEqual(budgetUsd);
    const spent = record.rounds.map(({spentUsd}) => spentUsd!["a"]!);
    expect(spent).toEqual(spent.toSorted((a, b) => a - b));
    const rows = record.rounds.map((round) => round.rows);
    expect(spent[0]).toBeCloseTo(each * rows[0]!, 6);
  });
});

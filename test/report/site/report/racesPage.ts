import {beforeAll, describe, expect, it} from "vitest";
import {readRaceScores, replay} from "../../../../src/report/components/races/raceScores.js";
import {raceScores, races} from "../../../../src/report/site/index.js";
import type {RaceView} from "../../../../src/report/site/types.js";
import {cells, open, percent, report, signed, signedRange} from "../../../support/report.js";

describe("the page of races", () => {
  let race: RaceView;
  beforeAll(async () => {
    race = (await races(report.store)).races[0]!;
  });

  it("runs the race again from the stored scores and comes out as the record says, round by round", async (context) => {
    const scores = readRaceScores(JSON.stringify(await raceScores(report.store, race.id)));
    const again = replay(race, scores)!;
    expect(again.outcome).toEqual(race.outcome);
    expect(again.rounds).toEqual(
      race.rounds.map((round) =>
        Object.fromEntries(Object.entries(round).filter(([name]) => name !== "run" && name !== "newCalls"))
      )
    );
    const {page} = await open(context, "races");
    expect(await page.locator(".sentence").innerText()).toBe(race.outcome!.sentence);
    await page.getByText("every round came out as recorded").waitFor();
    const drops = race.rounds.flatMap((round) => round.dropped.map((drop) => ({...drop, round})));
    expect(drops.length).toBeGreaterThan(1);
    expect(await cells(page, "Candidates that were dropped, in the order they went")).toEqual(
      drops.map(({candidate, by, lead, round}) => [
        candidate,
        String(round.round),
        String(round.rows),
        percent(round.standings.find((one) => one.candidate === candidate)!.mean),
        `${by} is better`,
        signed(lead!.estimate),
        signedRange(lead!.low, lead!.high)
      ])
    );
    await page.getByText("All rounds", {exact: true}).click();
    const rounds = await cells(page, "Rounds of the race");
    expect(rounds.map((row) => row[4])).toEqual(race.rounds.map(({calls}) => calls.toLocaleString("en-US")));
    expect(rounds.at(-1)![5]).toBe(race.outcome!.calls.toLocaleString("en-US"));
    await page.close();
  });

  it("recomputes the race at another error rate as the engine does, and says when nobody can know", async (context) => {
    const scores = readRaceScores(JSON.stringify(await raceScores(report.store, race.id)));
    const looser = replay(race, scores, {errorRate: 0.2})!;
    expect(looser.outcome!.calls).toBeLessThanOrEqual(race.outcome!.calls);
    const {page} = await open(context, "races");
    await page.getByLabel("Error rate").selectOption({label: "20.0%"});
    await page.getByText("Run again in this page with other settings").waitFor();
    expect(await page.locator(".sentence").innerText()).toBe(looser.outcome!.sentence);
    expect(replay(race, scores, {errorRate: 0.01})).toBeUndefined();
    await page.getByLabel("Error rate").selectOption({label: "1.0%"});
    await page.getByRole("heading", {name: "With these settings the race would have gone on"}).waitFor();
    await page.close();
  });

  it("goes through the rounds by the arrow keys", async (context) => {
    const {page} = await open(context, "races");
    const slider = page.getByLabel("Round", {exact: true});
    await slider.focus();
    await page.keyboard.press("End");
    const last = race.rounds.at(-1)!;
    await page.getByRole("region", {name: `Standings after round ${last.round}`}).waitFor();
    expect((await cells(page, `Standings after round ${last.round}`)).map((row) => row.slice(0, 2))).toEqual(
      last.standings.map(({candidate, mean}) => [candidate, percent(mean)])
    );
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("region", {name: `Standings after round ${last.round - 1}`}).waitFor();
    await page.close();
  });
});

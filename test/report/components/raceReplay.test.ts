import {expect, it} from "vitest";
import {raceReplay} from "../../../src/report/components/races/raceReplay.js";
import {startRace} from "../../../src/evals/races/index.js";
import type {RaceView} from "../../../src/report/site/types.js";
import {onPage, textOf} from "./support/page.js";

onPage();

/** A race that one of two wins after 50 of 60 rows, two to a group. */
function view(newCalls: number): RaceView {
  const rows = Array.from({length: 50}, (_, i) => i);
  const settings = {candidates: ["right", "wrong"], rows: 60, repeats: 1, margin: 0.01, errorRate: 0.05};
  const race = startRace(settings);
  race.next();
  const judged = race.judge({
    candidates: settings.candidates,
    rowIds: rows.map(String),
    clusters: rows.map((i) => `g${Math.floor(i / 2)}`),
    values: [rows.map(() => 1), rows.map(() => 0)],
    binary: true
  });
  const rounds = [{...judged, newCalls}];
  return {
    id: "r",
    title: "Race",
    scorer: "right",
    split: {id: "s", name: "all", part: "test"},
    settings,
    rounds,
    outcome: race.outcome()
  } as unknown as RaceView;
}

it("a race over rows with groups says of leads how many groups they are over, with the means they are between", () => {
  const text = textOf(raceReplay(view(100), null, null));
  expect(text).toMatch(/compared on \d+ groups/);
  expect(text).toMatch(/\+100\.0 ?100\.0% against 0\.0% on \d+ groups/);
  expect(text).toContain("Rows that share a group count once in a lead, with their mean");
  expect(text).toContain("Groups compared");
  expect(text).not.toMatch(/rows? or groups?/);
});

it("a race says how many of its calls were in the store, also when none was", () => {
  const noteOf = (newCalls: number) =>
    (raceReplay(view(newCalls), null, null) as Element).querySelectorAll(".tiles small")[2]!.textContent;
  expect(noteOf(80)).toBe("20 were in the store");
  expect(noteOf(100)).toBe("none was in the store");
});

import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {earlierSearches, earlierText} from "../../../src/evals/mergeSearch/earlierSearches.js";
import {finalWords} from "../../../src/cli/models/merge/mergeSearchText.js";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import type {RaceRecord} from "../../../src/evals/decisions/index.js";
import {writeRace} from "../../../src/evals/races/record.js";
import type {Tries} from "../../../src/evals/mergeSearch/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore, openWorkspace, type Store} from "../../../src/base/store/index.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

let store: Store;
beforeAll(async () => {
  store = await openStore(await openWorkspace(await temporaryProject()));
});
afterAll(() => store.close());

/** A split of the first `rows` rows of one dataset, which is a version of its own for every number of them. */
async function splitOf(rows: number, seed: string) {
  const {version} = await pull(
    store.workspace,
    defineDataset({
      name: "things",
      licence: "CC0",
      sensitivity: "public",
      id: "id",
      source: {
        kind: "rows",
        *rows() {
          for (let i = 0; i < rows; i++) yield {id: `r${i}`, text: `thing ${i}`};
        }
      }
    })
  );
  return ensureSplit(
    store,
    version,
    {strategy: "random", validation: 0.3, test: 0.3, seed},
    {measure: false}
  );
}

let races = 0;

async function raced(rows: number, seed: string, changes: Partial<RaceRecord> = {}): Promise<RaceRecord> {
  const split = await splitOf(rows, seed);
  races++;
  const race = {
    kind: "race",
    schemaVersion: 1,
    id: `race-${races}`,
    eval: "things-merge-search",
    dataset: {name: "things", version: split.version},
    split: {id: split.id, name: split.name, part: "validation"},
    scorer: "right",
    seed: "s",
    settings: {candidates: ["a", "b", "uniform average", "linear 1/2", "linear 2/1"]},
    rounds: [],
    outcome: {kind: "pick", best: "linear 1/2", set: ["linear 1/2"]},
    startedAt: `2026-01-01T00:00:${String(races).padStart(2, "0")}.000Z`,
    ...changes
  } as unknown as RaceRecord;
  await writeRace(store.workspace, race);
  return race;
}

const tries: Tries = {tries: [], of: 2, leftOut: 0};
const made = {candidates: [], parents: ["a", "b"], average: "uniform average", tries: []};

describe("the searches before a search", () => {
  it("are none for the first, whose intervals need no correction", async () => {
    const first = await raced(200, "one");
    const earlier = await earlierSearches(store, first, "test");
    expect(earlier).toMatchObject({searches: 0, tries: 0, scored: 0, chosen: 0, seen: 0});
    expect(earlier.rows).toBeGreaterThan(40);
    expect(finalWords(tries, made, first.outcome!, {part: "test", earlier})).toContain(
      "Nothing was chosen on this test part, so its intervals need no correction"
    );
  });

  it("count by the rows that they share after a new version of the dataset, though their runs are gone", async () => {
    const earlier = await earlierSearches(store, await raced(201, "one"), "test");
    expect(earlier).toMatchObject({searches: 1, tries: 2});
    // A row more moves no other to another part, but may be of this one.
    expect(earlier.scored).toBeGreaterThanOrEqual(earlier.rows - 2);
    expect(earlierText(earlier, "test")).toMatch(
      /^1 earlier search, of 2 merges tried, had scored its winner on \d+ of the \d+ rows of this test part$/
    );
  });

  it("count where a split by another seed has its race on rows of this part", async () => {
    const race = await raced(200, "two");
    const earlier = await earlierSearches(store, race, "test");
    expect(earlier).toMatchObject({searches: 2, tries: 4});
    expect(earlier.scored).toBeGreaterThan(0);
    expect(earlier.chosen).toBeGreaterThan(0);
    expect(earlier.seen).toBeGreaterThan(earlier.scored);
    expect(earlier.seen).toBeLessThan(earlier.rows);
    const words = finalWords(tries, made, race.outcome!, {part: "test", earlier});
    expect(words).not.toContain("Nothing was chosen");
    expect(words).toContain(
      `scored their winners on ${earlier.scored} and chosen their winners on ${earlier.chosen}`
    );
  });

  it("do not count where they were stopped or of another kind or dataset", async () => {
    await raced(200, "three", {outcome: {kind: "stopped"} as RaceRecord["outcome"]});
    await raced(200, "three", {eval: "things"});
    await raced(200, "three", {dataset: {name: "others", version: "v"}});
    const {searches} = await earlierSearches(store, await raced(200, "three"), "test");
    expect(searches).toBe(3);
  });
});

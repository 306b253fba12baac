// @module-tag long
import {describe, expect, it} from "vitest";
import type {DatasetDefinition} from "../../../src/data/datasets/index.js";
import {datasets, verdicts} from "../../../src/report/site/index.js";
import {publishing} from "../../../src/report/site/publishing.js";
import {archivedFiles} from "../../../src/report/site/rowArchive.js";
import {shownStop, shownRace} from "../../../src/report/site/shownReasons.js";
import type {StatedPublishing} from "../../../src/report/site/statedPublishing.js";
import type {Publishing, RunManifest, Store, VersionManifest} from "../../../src/base/store/index.js";
import {
  allPublished,
  bare,
  failing,
  KEY,
  NOTHING,
  published,
  runOf,
  sealed,
  SECRET,
  setUpMasked
} from "./support/maskedRun.js";

/** The run that publishes so, for tests that change nothing. */
function sealedRun(publish: Publishing): ReturnType<typeof runOf> {
  const known = sealed.get(publish) ?? runOf(publish);
  sealed.set(publish, known);
  return known;
}

setUpMasked();

describe("what the report publishes", () => {
  it("holds no word of what was found when the eval publishes masked rows", async () => {
    const {store, run, server} = await sealedRun("masked");
    expect(JSON.stringify(server.requests)).toMatch(SECRET);
    const text = await published(store, run);
    expect(text).not.toMatch(SECRET);
    expect(text).toContain("<CREDIT_CARD>");
  });

  it("holds the text when the eval says so", async () => {
    const {store, run} = await sealedRun("text");
    expect(await published(store, run)).toMatch(SECRET);
  });

  it("is nothing where outputs hold keys that would be published as they are", async () => {
    const key = ["sk", "proj", "Zx8Kq2Lm9Vt4Bn7Rw1Yc5Dh3".repeat(2)].join("-");
    const planted = `; the key is ${key}.`;
    const {store, run} = await runOf("text", {}, planted);
    const refused = await archivedFiles(store, run).catch((error: Error) => error.message);
    expect(refused).toMatch(
      /^Run orders-\w+ publishes texts as they are, and holds secrets: row r\d+ \(API_KEY\), .* and \d+ more\. Set `publish: "masked"`/
    );
    expect(refused).not.toContain(key.slice(8, 20));
    // Personal data are published where the eval says so, and masked texts hold no key.
    const open = await sealedRun("text");
    expect((await archivedFiles(open.store, open.run)).length).toBeGreaterThan(2);
    const masked = await runOf("masked", {}, planted);
    const files = await archivedFiles(masked.store, masked.run);
    expect(files.map(({content}) => Buffer.from(content).toString("latin1")).join("")).not.toContain(key);
  });

  it("is nothing where a candidate's name holds a key or an address with credentials", async () => {
    const {store, run} = await sealedRun("ids");
    const named = (name: string): Pick<typeof store, "runs" | "rows"> => ({
      rows: store.rows.bind(store),
      runs: async (options) =>
        (await store.runs(options)).map((one) => ({
          ...one,
          candidates: one.candidates.map((candidate) => ({...candidate, name}))
        }))
    });
    for (const secret of [
      ["sk", "proj", "Zx8Kq2Lm9Vt4Bn7Rw1Yc5Dh3".repeat(2)].join("-"),
      "https://user:hunter2pw@example.com/v1",
      "https://example.com/v1?api_key=hunter2pw"
    ]) {
      const refused = await archivedFiles(named(secret) as typeof store, run).catch(
        (error: Error) => error.message
      );
      expect(refused).toMatch(/^Run orders-\w+ has names that hold secrets, .*: candidate 1\./);
      expect(refused).not.toContain(secret.slice(8, 20));
    }
  });

  it("shows duplicates, conflicts and dropped rows with masked words, and without any where an eval publishes ids only", async () => {
    const {store} = await sealedRun("masked");
    const [before] = (await datasets(store)).datasets;
    const {rejected, duplicates, conflicts} = before!.details[0]!;
    for (const one of [rejected, duplicates, conflicts]) expect(JSON.stringify(one)).toMatch(bare);

    const {store: closed, run} = await sealedRun("ids");
    expect(await published(closed, run)).not.toMatch(bare);
    const [after] = (await datasets(closed)).datasets;
    expect(after!.details[0]).toMatchObject({
      rejected: [{rows: 1, examples: [{id: "r19", excerpt: null}]}],
      duplicates: {clusters: 9, largest: Array(9).fill({rows: 2}) as object[]},
      conflicts: {clusters: 9},
      labels: [],
      otherLabels: {labels: 19, rows: 19}
    });
  });

  it("keeps to the dataset's own setting whatever the eval says", async () => {
    const {store, run} = await runOf("text", {publish: "ids"});
    expect(await published(store, run)).not.toMatch(bare);
    const {store: second, run: other} = await runOf("text", {publish: "masked"});
    const text = await published(second, other);
    expect(text).toContain("<CREDIT_CARD>");
    expect(text).not.toMatch(SECRET);
  });

  it("goes by the newest run of every eval", () => {
    const version = {dataset: "orders"} as VersionManifest;
    const runsOf = (...all: [string, Publishing | undefined][]) =>
      all.map(([name, publish]) => ({eval: name, publish, dataset: {name: "orders"}}) as RunManifest);
    expect(publishing([version], [], NOTHING)).toBe("masked");
    expect(publishing([version], runsOf(["a", "text"], ["b", undefined]), NOTHING)).toBe("masked");
    expect(publishing([version], runsOf(["a", "ids"], ["b", "text"]), NOTHING)).toBe("ids");
    expect(publishing([version], runsOf(["a", "ids"], ["b", "text"], ["a", "masked"]), NOTHING)).toBe(
      "masked"
    );
    expect(publishing([{...version, dataset: "other"}], runsOf(["a", "ids"]), NOTHING)).toBe("masked");
    const stated: StatedPublishing = {datasets: {other: "ids"}, evals: {a: "ids", c: "ids"}};
    expect(publishing([version], runsOf(["b", "text"]), stated)).toBe("masked");
    expect(publishing([version], runsOf(["a", "text"]), stated)).toBe("ids");
    expect(publishing([{...version, dataset: "other"}], [], stated)).toBe("ids");
  });

  it("holds reasons of failures without what was found in them", async () => {
    for (const publish of ["masked", "text"] as const) {
      const {store, run} = await runOf("masked", {publish}, "", failing);
      const text = await allPublished(store, run);
      expect(text).not.toMatch(SECRET);
      expect(text).not.toContain(KEY);
      expect(text).not.toContain("eve@");
      expect(text).toMatch(
        /The scorer threw: no match in I wrote to <EMAIL_ADDRESS> paid with <CREDIT_CARD>/
      );
      expect(text).toMatch(/The server answered 400: will not answer about <EMAIL_ADDRESS>/);
      expect(text).toContain("nothing in I wrote to <EMAIL_ADDRESS>");
    }
  });

  it("holds of failures nothing but their kind where only ids are published", async () => {
    const {store, run} = await runOf("ids", {}, "", failing);
    const text = await allPublished(store, run);
    expect(text).not.toMatch(bare);
    expect(text).not.toMatch(/no match|nothing in|will not answer/);
    for (const kind of ["The scorer threw", "no score", "bad request"]) expect(text).toContain(kind);
    const [view] = (await verdicts(store)).runs;
    expect(view!.candidates[0]!.failures).toEqual([
      {reason: "bad request", count: expect.any(Number) as number}
    ]);
  });

  it("says why a run or a race was stopped without what an endpoint or a scorer said of a row", () => {
    const why =
      'the scorer "js" scored none of the first 20 answers: The scorer threw: ada1@example.org paid';
    expect(shownStop(why, "text")).toContain("answers: The scorer threw: <EMAIL_ADDRESS> paid");
    expect(shownStop(why, "ids")).toBe('the scorer "js" scored none of the first 20 answers');
    expect(shownStop("interrupted", "ids")).toBe("interrupted");
    const outcome = {kind: "stopped", why, set: [], calls: 1, callsOfEverything: 2} as const;
    const race = {outcome: {...outcome, set: [], sentence: `The race was stopped (${why}): a leads.`}};
    expect(JSON.stringify(shownRace(race, "masked"))).not.toMatch(SECRET);
    expect(shownRace(race, "ids").outcome.sentence).toBe(
      'The race was stopped (the scorer "js" scored none of the first 20 answers): a leads.'
    );
  });

  it("masks why a filter of the project's own dropped rows, and does not tell it where only ids are published", async () => {
    const filters: DatasetDefinition["filters"] = {
      own: {
        kind: "text",
        settings: {},
        reason: (text) => (text.startsWith("ada9") ? `has ${text}` : undefined)
      }
    };
    const {store, run} = await runOf("masked", {filters});
    expect(await published(store, run)).not.toMatch(SECRET);
    const reasonsIn = async (of: Store) =>
      (await datasets(of)).datasets[0]!.details[0]!.rejected.map(({reasons}) => reasons);
    expect(await reasonsIn(store)).toEqual([
      [{reason: "has <EMAIL_ADDRESS> paid with <CREDIT_CARD>", rows: 2}]
    ]);
    const {store: closed} = await runOf("ids", {filters});
    expect(await reasonsIn(closed)).toEqual([[{reason: "not published", rows: 2}]]);
  });
});

import {mkdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {beforeAll, describe, expect, it} from "vitest";
import {runsVerb} from "../../src/cli/evals/runs/runs.js";
import type {RunComparison} from "../../src/evals/runner/index.js";
import {purge} from "../../src/data/datasets/index.js";
import {openStore, type Workspace} from "../../src/base/store/index.js";
import {sampleStore} from "../support/sampleStore.js";
import {runDir} from "../support/folders.js";
import {printed} from "../support/printed.js";
import {commandProject} from "../support/temporaryWorkspace.js";

let workspace: Workspace;
beforeAll(async () => {
  const project = await commandProject();
  await mkdir(join(project, "evals"));
  workspace = await sampleStore(project);
});

describe("assay runs", () => {
  it("compares two runs over the rows that both scored, before and after alike", async () => {
    const store = await openStore(workspace);
    const [before, after] = (await store.runs())
      .filter(({eval: name, split}) => name === "mail-triage" && split.name === "by thread")
      .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    store.close();
    expect(before!.counts.planned / 2).not.toBe(after!.counts.planned / after!.candidates.length);
    const text = await printed(() => runsVerb(before!.id, after!.id, {}));
    const shared = Number(/on (\d+) shared rows/.exec(text)![1]);
    const lines = [...text.matchAll(/([\d.]+) of (\d+) +([\d.]+) of (\d+) +([−+]?[\d.]+) \(/g)];
    expect(lines).toHaveLength(2);
    for (const [, a, rowsA, b, rowsB, difference] of lines) {
      expect(rowsA).toBe(rowsB);
      expect(Number(rowsA)).toBeLessThanOrEqual(shared);
      const shown = Number(difference!.replace("−", "-"));
      expect(Math.abs(Number(b) - Number(a) - shown)).toBeLessThan(0.16);
    }
    const json = JSON.parse(
      await printed(() => runsVerb(before!.id, after!.id, {json: true}))
    ) as RunComparison;
    for (const {improved, worsened, changedRows} of json.candidates) {
      expect(changedRows).toHaveLength(improved + worsened);
      const sizes = changedRows.map(({difference}) => Math.abs(difference));
      expect(sizes).toEqual([...sizes].sort((one, other) => other - one));
    }
    for (const {row} of json.candidates.flatMap(({changedRows}) => changedRows).slice(0, 1))
      expect(text).toContain(row);
    expect(text).toMatch(/rows? only in .* shared rows are compared, by id/);
  });

  it("tells runs of one title apart by their ids, in the list and side by side", async () => {
    const store = await openStore(workspace);
    const runs = await store.runs();
    store.close();
    const titleOf = (run: (typeof runs)[number]) => `${run.title ?? run.eval}, ${run.split.name}`;
    const alike = runs.filter((run) => runs.filter((one) => titleOf(one) === titleOf(run)).length > 1);
    expect(alike.length).toBeGreaterThan(1);
    const listed = (await printed(() => runsVerb(undefined, undefined, {})))
      .split("\n")
      .map((line) => line.split(" ")[0]!);
    for (const {id} of alike) expect(listed.filter((word) => word === id)).toHaveLength(1);
    const [before, after] = alike as [(typeof runs)[number], (typeof runs)[number]];
    const compared = await printed(() => runsVerb(before.id, after.id, {}));
    expect(compared).toContain(before.id);
    expect(compared).toContain(after.id);
  });

  it("shortens fingerprints of what changed, and keeps them whole for programs", async () => {
    const store = await openStore(workspace);
    const [run, other] = (await store.runs()).filter(
      ({eval: name, split}) => name === "mail-triage" && split.name === "by thread"
    );
    store.close();
    const sha256 = "0123456789abcdef".repeat(4);
    const manifest = join(runDir(workspace, other!.id), "manifest.json");
    const before = await readFile(manifest, "utf8");
    const candidates = other!.candidates.map((one) => ({...one, identity: {weights: sha256}}));
    await writeFile(manifest, JSON.stringify({...other, candidates}));
    const text = await printed(() => runsVerb(run!.id, other!.id, {}));
    const json = await printed(() => runsVerb(run!.id, other!.id, {json: true}));
    await writeFile(manifest, before);
    expect(text).toContain(sha256.slice(0, 12));
    expect(text).not.toMatch(/[0-9a-f]{32}/);
    expect(json).toContain(sha256);
  });

  it("says of a cost that does not count every call that it is at least that", async () => {
    const store = await openStore(workspace);
    const [run] = await store.runs();
    store.close();
    const listed = async (unpricedCalls: number) => {
      const manifest = {...run!, costUsd: 0.1392, unpricedCalls};
      await writeFile(join(runDir(workspace, run!.id), "manifest.json"), JSON.stringify(manifest));
      return (await printed(() => runsVerb(undefined, undefined, {})))
        .split("\n")
        .find((line) => line.startsWith(run!.id))!;
    };
    expect(await listed(232)).toMatch(/ at least \$0\.1392$/);
    expect(await listed(0)).toMatch(/\d +\$0\.1392$/);
    // As a run is that found all its answers in the store: it cost nothing, and what is not known is "–".
    const {completed} = run!.counts;
    const manifest = {...run!, costUsd: undefined, counts: {...run!.counts, failed: 0, reused: completed}};
    await writeFile(join(runDir(workspace, run!.id), "manifest.json"), JSON.stringify(manifest));
    const lines = (await printed(() => runsVerb(undefined, undefined, {}))).split("\n");
    expect(lines.find((line) => line.startsWith(run!.id))).toMatch(/ 0 +\$0\.0000$/);
  });

  it("shows what scorers cost beside what candidates did, where a scorer cost something", async () => {
    const store = await openStore(workspace);
    const [run] = await store.runs();
    store.close();
    const listed = () => printed(() => runsVerb(undefined, undefined, {}));
    expect(await listed()).not.toContain("scorers' cost");
    const manifest = {...run!, costUsd: 0.444, unpricedCalls: 0, scorerCalls: {calls: 37, costUsd: 3.885}};
    await writeFile(join(runDir(workspace, run!.id), "manifest.json"), JSON.stringify(manifest));
    const [head, ...lines] = (await listed()).split("\n");
    expect(head).toMatch(/cost +scorers' cost$/);
    expect(lines.find((line) => line.startsWith(run!.id))).toMatch(/ \$0\.4440 +\$3\.8850$/);
    expect(await printed(() => runsVerb(run!.id, undefined, {}))).toContain(
      "cost: $0.4440 for the run; $3.8850 for its 37 scorer calls\n"
    );
  });

  it("says of which runs rows were erased, how many, when and why", async () => {
    expect(await printed(() => runsVerb(undefined, undefined, {}))).not.toMatch(/erased/);

    const {runs} = await purge(workspace, "mails", {
      where: "thread = 'thread-7'",
      reason: "request 14",
      now: () => new Date("2026-11-21T10:00:00.000Z")
    });
    const lines = (await printed(() => runsVerb(undefined, undefined, {}))).split("\n");
    expect(
      lines
        .filter((line) => /complete, \d+ rows erased/.test(line))
        .map((line) => line.split(" ")[0]!)
        .sort()
    ).toEqual([...runs].sort());
    expect(await printed(() => runsVerb("mail-outage", undefined, {}))).toMatch(
      /\d rows erased 2026-11-21 10:00 \(request 14\)/
    );
  });
});

import {mkdirSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {finalRuns, recordExport, recordFinalRun} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const opening = (why: string) => ({
  at: "2026-01-01T00:00:00Z",
  who: "ada",
  why,
  eval: null,
  dataset: "words",
  version: "v",
  split: "s",
  rows: 1,
  dryRun: false
});

describe("a log of the store", () => {
  it("is read and added to wherever a killed process cut its last line", async () => {
    const workspace = await temporaryWorkspace();
    const log = join(workspace.dir, "final-runs.jsonl");
    for (const why of ["first", "sécond"]) await recordFinalRun(workspace, opening(why));
    const whole = readFileSync(log);
    for (let cut = whole.indexOf(10); cut < whole.length; cut++) {
      writeFileSync(log, whole.subarray(0, cut));
      const before = cut === whole.length - 1 ? ["first", "sécond"] : ["first"];
      expect((await finalRuns(workspace)).map(({why}) => why)).toEqual(before);
      await recordFinalRun(workspace, opening("third"));
      expect((await finalRuns(workspace)).map(({why}) => why)).toEqual([...before, "third"]);
    }
  });

  it("names itself and the line where it was damaged otherwise", async () => {
    const workspace = await temporaryWorkspace();
    writeFileSync(
      join(workspace.dir, "final-runs.jsonl"),
      `${JSON.stringify(opening("first"))}\n{"why": }\n`
    );
    await expect(finalRuns(workspace)).rejects.toThrow(/final-runs\.jsonl line 2 is not valid JSON/);
  });
});

describe("the note of an export", () => {
  it("removes what an export that was killed left half-written there, and no other file", async () => {
    const workspace = await temporaryWorkspace();
    const out = join(workspace.project, "out");
    mkdirSync(out);
    for (const name of [".rows.csv.999999999.00000000.tmp", "mine.tmp"]) writeFileSync(join(out, name), "x");
    await recordExport(workspace, join(out, "rows.csv"), {dataset: "words"});
    expect(readdirSync(out)).toEqual(["mine.tmp"]);
  });
});

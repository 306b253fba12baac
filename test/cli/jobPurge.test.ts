// @module-tag long
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {submitVerb} from "../../src/cli/models/training/jobSubmit.js";
import {watchVerb} from "../../src/cli/models/training/jobWatch.js";
import {purgeVerb} from "../../src/cli/data/purge.js";
import {jobProject, noted} from "../support/jobProject.js";
import {printed} from "../support/printed.js";

let project: string;
const jobs = () => join(project, ".assay", "jobs");
const folder = () => join(jobs(), readdirSync(jobs())[0]!);
const learned = () => /Question (\d+)/.exec(readFileSync(join(folder(), "train.jsonl"), "utf8"))![1]!;
const purged = (more: object) => printed(() => purgeVerb("questions", {where: `id = 'r${number}'`, ...more}));
let number: string;

beforeAll(async () => {
  const made = await jobProject();
  project = made.project;
  made.writeJob(
    "local",
    `{service: "command", trust: "local", tool: "axolotl", run: "mkdir -p prepared/.cache output/checkpoint-1; cp train.jsonl prepared/.cache/data.arrow; cp train.jsonl .seen; echo {} > output/config.json; touch begun; while [ ! -e go ]; do sleep 0.05; done"}`
  );
  await noted(() => submitVerb("local", {skipUnresolved: true}));
  await vi.waitFor(() => expect(existsSync(join(folder(), "begun"))).toBe(true), {timeout: 30_000});
  number = learned();
});
afterAll(() => {
  if (existsSync(jobs())) writeFileSync(join(folder(), "go"), "");
  process.exitCode = 0;
  vi.unstubAllEnvs();
});

describe("assay purge of a row that a command's job learns from", () => {
  it("refuses while the command runs on this machine, and changes nothing", async () => {
    await expect(purged({reason: "a request"})).rejects.toThrow(
      /job local-\w+ trains on questions on this machine\. Nothing was erased\. .*`assay jobs cancel local-/
    );
    expect(readFileSync(join(folder(), "train.jsonl"), "utf8")).toContain(`Question ${number}"`);
    expect(existsSync(join(project, ".assay", "datasets", "questions", "tombstones.json"))).toBe(false);
  });

  it("takes what the command made of its files, and names its output", async () => {
    writeFileSync(join(folder(), "go"), "");
    await noted(() => watchVerb(["local"], {}));
    const before = readdirSync(folder());
    expect(await purged({dryRun: true})).toMatch(
      /would NOT be erased: job local-\w+ \(its output, with checkp/
    );
    expect(readdirSync(folder())).toEqual(before);
    const said = await purged({reason: "a request"});
    expect(said).toContain(`its output, with checkpoints: ${join(folder(), "output")}`);
    expect(readdirSync(folder()).sort()).toEqual([
      "command.code",
      "command.json",
      "command.pid",
      "ending.json",
      "manifest.json",
      "output",
      "supervisor.json"
    ]);
  });

  it("leaves the files of a job alone that leaves its model among them, but for those of Assay", async () => {
    const record = JSON.parse(readFileSync(join(folder(), "manifest.json"), "utf8")) as {service: object};
    writeFileSync(
      join(folder(), "manifest.json"),
      JSON.stringify({...record, service: {...record.service, output: "./"}})
    );
    mkdirSync(join(folder(), "prepared"));
    writeFileSync(join(folder(), "train.jsonl"), "");
    await purged({reason: "a request"});
    expect(readdirSync(folder())).toContain("prepared");
    expect(readdirSync(folder())).not.toContain("train.jsonl");
  });
});

// @module-tag long
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import type {DistillationView} from "../../src/report/site/index.js";
import {assayHere} from "../support/assayHere.js";
import {type ModelServer, withoutProbes} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {teacherServer, tickets, writeDistilProject} from "./support/distilProject.js";
import {compiled} from "../support/compiledEngine.js";

const engine = compiled("index.js");
const [TRAIN, TEST] = [600, 400];
let server: ModelServer;
let project: string;

beforeAll(async () => {
  server = await teacherServer();
  project = await temporaryProject();
  await writeDistilProject(project, {engine, server: server.url, rows: tickets(TRAIN, TEST)});
}, 120_000);
afterAll(() => server.close());

async function verdict(): Promise<DistillationView> {
  const {code, stdout, stderr} = await assayHere(project, "distil", "routing", "--json");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as DistillationView;
}

describe("assay distil", () => {
  it("asks the teacher, trains, and ends in one verdict; a second time asks nobody", async () => {
    const view = await verdict();
    const asked = withoutProbes(server.requests).length;
    expect(asked).toBe(TRAIN + TEST);
    expect(view).toMatchObject({
      teacher: "large",
      rows: TEST,
      cleanRows: TEST,
      answeredRows: TRAIN,
      teacherUnknown: [],
      advice: {kind: "student", student: "words"}
    });
    const [words, majority] = view.students;
    expect(words!.judged).toMatchObject({verdict: "non-inferior", rows: TEST});
    expect(words!.learned).toBe(TRAIN);
    expect(words!.cascade!.share).toBeGreaterThan(0.5);
    expect(words!.slices.map(({slice}) => slice)).toEqual(["tier", "tier"]);
    expect(words!.curve.map(({share}) => share)).toEqual([0.5, 1]);
    // What was asked to learn and to judge is the first cost; of the rest a tenth of a second of training is nothing.
    expect(view.dataUsd).toBeGreaterThan(0);
    expect(words!.firstUsd).toBeCloseTo((view.dataUsd! * (TRAIN + TEST)) / TRAIN, 2);
    expect(words!.costs[0]!.breakEven).toMatchObject({cheaperAbove: "b"});
    expect(majority!.judged.verdict).toBe("inferior");
    expect(majority!.cascade!.threshold).toBeUndefined();
    expect(view.kept).toBe(words!.modelId);
    expect(await verdict()).toEqual(view);
    expect(withoutProbes(server.requests)).toHaveLength(asked);
  }, 120_000);

  it("says so in the terminal, and of a model that ends how many answers are held", async () => {
    const {stdout} = await assayHere(project, "distil", "routing");
    const text = stdout.replace(/\s+/g, " ");
    expect(text).toContain("words can take large's place: at most 5.0 points worse");
    expect(text).toMatch(/edge device: pays from [\d,]+ requests a month/);
    await writeFile(
      join(project, "shutdowns.json"),
      JSON.stringify({
        asOf: "2026-12-01",
        entries: [
          {host: "127.0.0.1", touches: "model", model: ["large"], date: "2999-01-14", says: "large ends"}
        ]
      })
    );
    const exit = await assayHere(project, "exit", "routing-distillation");
    expect(exit.stdout).toContain(`of ${TRAIN} training rows the store holds ${TRAIN} of its answers`);
  }, 120_000);

  it("names what is wrong with a definition", async () => {
    const {code, stderr} = await assayHere(project, "distil", "other");
    expect(code).toBe(1);
    expect(stderr).toContain("no such distillation: other. distillations/ has routing");
  });
});

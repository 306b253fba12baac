// @module-tag long
import {appendFile, readFile, writeFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {findStoredModel} from "../../src/weights/models/index.js";
import {assayHere} from "../support/assayHere.js";
import {type ModelServer, withoutProbes} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {short, teacherServer, type Ticket, tickets, writeDistilProject} from "./support/distilProject.js";

const engine = resolve(import.meta.dirname, "../../src/index.js");
const SIZE = 240;
let server: ModelServer;
let project: string;

beforeAll(async () => {
  server = await teacherServer(25);
  project = await temporaryProject();
  await writeDistilProject(project, {
    engine,
    server: server.url,
    rows: short(tickets(SIZE, SIZE)),
    definition: "margin: 0.1"
  });
  const loader = join(project, "data-loaders/tickets.ts");
  const text = await readFile(loader, "utf8");
  await writeFile(loader, text.replace('label: "label",', 'label: "label", watch: {columns: ["tier"]},'));
}, 120_000);
afterAll(() => server.close());

/** Rows of customers of another tier than all before. */
const grow = (rows: readonly Ticket[]) =>
  appendFile(
    join(project, "data/tickets.jsonl"),
    short(rows)
      .map((row) => JSON.stringify({...row, tier: "partner"}) + "\n")
      .join("")
  );

/** What `assay rebuild --json` gives for the one model in use. */
interface Model {
  distillation: string;
  version: string;
  outcome: string;
  verdict?: string;
  drift?: {reference: string; columns: string[]};
  training?: {worth: boolean; because: string};
  before?: {model: string};
  inUse?: {model: string; student: string};
  trainedRun?: string;
  sentence: string;
}

interface Rebuilt {
  exitCode: number;
  interrupted: boolean;
  datasets: {dataset: string; version: string; rows: number; changed: boolean}[];
  runs: {eval: string; version: string; status: string; calls: number}[];
  models: [Model];
  gates: unknown[];
}

async function rebuilt() {
  const asked = withoutProbes(server.requests).length;
  const {code, stdout, stderr} = await assayHere(project, "rebuild", "--no-build", "--json");
  const told = JSON.parse(stdout) as Rebuilt;
  expect(told.exitCode, stderr).toBe(code);
  return {...told, model: told.models[0], stderr, calls: withoutProbes(server.requests).length - asked};
}

const inUse = async () => (await findStoredModel(join(project, ".assay/models"), "routing-in-use")).id;

describe("assay rebuild --json of a source that drifts", {timeout: 240_000}, () => {
  let first: string;
  let reference: string;

  it("says that a model was never judged, and then that nothing is new", async () => {
    const {model, datasets, runs, stderr} = await rebuilt();
    expect(model, stderr).toMatchObject({distillation: "routing", outcome: "never judged"});
    expect(runs).toMatchObject([{eval: "routing", status: "complete", calls: SIZE}]);
    reference = datasets[0]!.version;
    expect(datasets).toEqual([{dataset: "tickets", version: reference, rows: 2 * SIZE, changed: true}]);
    expect(await assayHere(project, "distil", "routing")).toMatchObject({code: 0});
    first = await inUse();
    const again = await rebuilt();
    expect(again).toMatchObject({
      exitCode: 0,
      interrupted: false,
      calls: 0,
      gates: [{eval: "routing", results: []}]
    });
    expect(again.model).toMatchObject({outcome: "unchanged", version: reference, inUse: {model: first}});
  });

  it("trains for drift alone, and keeps the model that is still no worse", async () => {
    await grow(tickets(12, 120, "a"));
    const {model, stderr, exitCode} = await rebuilt();
    expect(stderr).toContain(`! tickets drifted in 132 new rows since ${reference}: tier (e-value `);
    expect(await assayHere(project, "drift", "tickets", "--against", reference)).toMatchObject({code: 100});
    expect(model).toMatchObject({
      verdict: "non-inferior",
      drift: {reference, columns: ["tier"]},
      training: {worth: true, because: "drift of tier, 12 new rows"},
      outcome: "kept",
      before: {model: first},
      inUse: {model: first}
    });
    expect(exitCode).toBe(0);
    expect(await inUse()).toBe(first);
  });

  it("keeps a model that got worse where the one trained again is no better, and exits with 100", async () => {
    await grow(tickets(9, SIZE, "b", true));
    const {model, exitCode} = await rebuilt();
    expect(model).toMatchObject({
      verdict: "inferior",
      training: {worth: true, because: "worse than allowed, 9 new rows"},
      outcome: "kept",
      inUse: {model: first}
    });
    expect(model.sentence).toContain("It stays: no student trained again is shown to be no worse.");
    expect(model.trainedRun).toMatch(/^routing-distillation-/);
    expect(exitCode).toBe(100);
    expect(await inUse()).toBe(first);
    expect(await rebuilt()).toMatchObject({exitCode: 100, calls: 0, model: {outcome: "unchanged"}});
  });

  it("replaces it by one that learned the drifted rows and is shown to be no worse", async () => {
    await grow(tickets(3 * SIZE, 0, "c", true));
    const {model, exitCode} = await rebuilt();
    expect(model).toMatchObject({
      verdict: "inferior",
      training: {worth: true, because: `worse than allowed, ${3 * SIZE} new rows`},
      outcome: "replaced",
      before: {model: first}
    });
    expect(exitCode).toBe(0);
    expect(model.inUse!.model).not.toBe(first);
    expect(await inUse()).toBe(model.inUse!.model);
    expect((await rebuilt()).model).toMatchObject({outcome: "unchanged", inUse: model.inUse});
  });
});

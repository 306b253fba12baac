// @module-tag long
import {appendFile, readFile, writeFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {findStoredModel} from "../../src/weights/models/index.js";
import type {KeptRecord} from "../../src/base/store/index.js";
import {assayHere} from "../support/assayHere.js";
import {type ModelServer, withoutProbes} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {short, teacherServer, type Ticket, tickets, writeDistilProject} from "./support/distilProject.js";

const engine = resolve(import.meta.dirname, "../../src/index.js");
const SIZE = 240;
let server: ModelServer;
let project: string;
/** True while the teacher answers what it has not been asked before wrongly. */
let confused = false;

beforeAll(async () => {
  server = await teacherServer(25, {
    behave: () => (confused ? {text: "none"} : undefined)
  });
  project = await temporaryProject();
  await writeDistilProject(project, {
    engine,
    server: server.url,
    rows: short(tickets(SIZE, SIZE)),
    definition: "margin: 0.1"
  });
}, 120_000);
afterAll(() => server.close());

const data = () => join(project, "data/tickets.jsonl");
const add = (more: readonly Ticket[]) =>
  appendFile(
    data(),
    short(more)
      .map((row) => JSON.stringify(row) + "\n")
      .join("")
  );

/** What a rebuild says of the distillation, and how many answers it asked for. */
async function rebuilt(...words: string[]) {
  const asked = withoutProbes(server.requests).length;
  const {code, stdout, stderr} = await assayHere(project, "rebuild", "--no-build", ...words);
  const line = stdout.replace(/\s+/g, " ");
  return {code, line, stderr, calls: withoutProbes(server.requests).length - asked};
}

async function history(): Promise<KeptRecord[]> {
  const {stdout} = await assayHere(project, "distil", "--json");
  return JSON.parse(stdout) as KeptRecord[];
}

const inUse = async () => (await findStoredModel(join(project, ".assay/models"), "routing-in-use")).id;

describe("assay rebuild of a project with a distillation", {timeout: 240_000}, () => {
  let first: string;

  it("trains nothing that nobody asked for, and has nothing to do on the data that was judged", async () => {
    const before = await rebuilt();
    expect(before.line).toContain(
      "routing: not judged yet. `assay distil routing` asks its teacher and trains."
    );
    expect(before.calls).toBe(SIZE);
    const {code, stderr} = await assayHere(project, "distil", "routing");
    expect(code, stderr).toBe(0);
    first = await inUse();
    expect(await history()).toMatchObject([{outcome: "first", kept: {model: first, student: "words"}}]);
    const again = await rebuilt();
    expect(again.line).toMatch(/routing: nothing new since \w+\. words can take large's place/);
    expect(again).toMatchObject({code: 0, calls: 0});
    expect(await history()).toHaveLength(1);
  });

  it("judges the model in use on new rows, and does not train for too few", async () => {
    await add(tickets(6, 6, "a"));
    const {line, calls, code} = await rebuilt();
    expect(line).toMatch(
      /routing: words in use is no worse than large: .* on 246 rows\. Not trained again: 6 new rows gain at most/
    );
    expect({calls, code}).toEqual({calls: 6, code: 0});
    expect(await inUse()).toBe(first);
    expect((await history()).map(({outcome}) => outcome)).toEqual(["first", "kept"]);
  });

  it("does not replace it by what learned wrong answers", async () => {
    await add(tickets(2 * SIZE, 0, "b"));
    await appendFile(join(project, "distillations/routing.distillation.ts"), "// trained again\n");
    confused = true;
    const {line, code} = await rebuilt();
    confused = false;
    expect(line).toContain("routing: words in use is no worse than large");
    expect(line).toContain("It stays: no student trained again is shown to be better.");
    expect(code).toBe(0);
    expect(await inUse()).toBe(first);
    expect((await history()).at(-1)).toMatchObject({outcome: "kept", kept: {model: first}});
    expect((await rebuilt()).line).toContain("routing: nothing new since");
  });

  it("says by its exit code that it is worse where nothing takes its place; --budget-usd stops it before that", async () => {
    await add(tickets(3 * SIZE, SIZE, "c", true));
    const stopped = await rebuilt("--budget-usd", "0.01");
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain("distillation routing: routing-");
    const {line, code, stderr} = await rebuilt();
    expect(line, stderr).toMatch(
      /routing: words in use is worse than large: .* It stays: no student trained again is shown to be no worse\./
    );
    expect(code).toBe(100);
    expect(await rebuilt()).toMatchObject({code: 100, calls: 0});
    expect(await inUse()).toBe(first);
  });

  it("replaces it by one that is shown to be no worse, here without the rows that were answered wrongly", async () => {
    const lines = (await readFile(data(), "utf8")).split("\n");
    await writeFile(data(), lines.filter((line) => !line.startsWith('{"id":"tb')).join("\n"));
    const {line, code, stderr} = await rebuilt();
    expect(line, stderr).toMatch(
      /routing: words in use is worse than large: .* words, trained again, takes its place: the other is worse\./
    );
    expect(code).toBe(0);
    const last = (await history()).at(-1)!;
    expect(last).toMatchObject({outcome: "replaced", before: {model: first}, judged: {verdict: "inferior"}});
    expect(await inUse()).toBe(last.kept!.model);
    expect(last.kept!.model).not.toBe(first);
    const again = await rebuilt();
    expect(again).toMatchObject({code: 0, calls: 0});
    expect(again.line).toContain("routing: nothing new since");
  });
});

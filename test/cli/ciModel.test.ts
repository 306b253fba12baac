// @module-tag long
import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import type {KeptRecord} from "../../src/base/store/index.js";
import {compiled} from "../support/compiledEngine.js";
import type {ModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {github, gitlab, Machine, rebuildModels} from "./support/ciJobs.js";
import {short, teacherServer, type Ticket, tickets, writeDistilProject} from "./support/distilProject.js";

const DATA = "data/tickets.jsonl";
const SIZE = 240;
const engine = compiled("bundle/index.js");
let server: ModelServer;
beforeAll(async () => (server = await teacherServer(25)));
afterAll(() => server.close());

/** The files of a project, without its data. */
async function filesOf(): Promise<Record<string, string>> {
  const folder = await temporaryProject();
  await writeDistilProject(folder, {engine, server: server.url, rows: [], definition: "margin: 0.1"});
  const paths = readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((one) => one.isFile())
    .map(({parentPath, name}) => join(parentPath, name));
  const files = paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]);
  return {...Object.fromEntries(files), "package.json": JSON.stringify({type: "module"})};
}

/** What the store that a job left says of models in use, the newest last. */
function keptIn({caches}: Machine): KeptRecord[] {
  const folder = join([...caches.values()].at(-1)!, "kept");
  return readdirSync(folder)
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as KeptRecord)
    .sort((a, b) => a.at.localeCompare(b.at));
}

const lines = (rows: readonly Ticket[]) =>
  short(rows)
    .map((row) => JSON.stringify(row) + "\n")
    .join("");

describe("a CI job on a schedule", () => {
  it.each([
    ["GitHub", github],
    ["GitLab", gitlab]
  ])(
    "on %s chooses a model, fails when that is worse, and replaces it, with no command by hand",
    async (_, job) => {
      const machine = new Machine({...(await filesOf()), [DATA]: lines(tickets(SIZE, SIZE))});
      await machine.prepare();
      expect(await job(machine, 1, rebuildModels())).toBe(true);
      expect(keptIn(machine)).toMatchObject([{outcome: "first"}]);

      machine.files[DATA] += lines(tickets(9, SIZE, "b", true));
      expect(await job(machine, 2, rebuildModels())).toBe(false);
      expect(keptIn(machine).at(-1)).toMatchObject({outcome: "kept", judged: {verdict: "inferior"}});

      machine.files[DATA] += lines(tickets(3 * SIZE, 0, "c", true));
      expect(await job(machine, 3, rebuildModels())).toBe(true);
      expect(keptIn(machine).at(-1)).toMatchObject({outcome: "replaced", judged: {verdict: "inferior"}});
    },
    240_000
  );
});

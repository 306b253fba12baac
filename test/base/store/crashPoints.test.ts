// @module-tag long
import {spawn} from "node:child_process";
import {existsSync, mkdirSync, readdirSync, readFileSync} from "node:fs";
import {join, relative} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {type Database, openDatabase, parquetFile} from "../../../src/base/store/index.js";
import {childScript} from "../../support/childScript.js";
import {inFull} from "../../support/full.js";
import {type ModelServer, type ReceivedRequest, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {crashedCommands} from "./support/crashedCommands.js";

/** Every so many steps are tried. A prime: so each kind of step has its turn. */
const stride = inFull(3, 19);
const preload = await childScript(new URL("support/crashImages.ts", import.meta.url));
const script = await childScript(new URL("support/crashedCommands.ts", import.meta.url));

let model: ModelServer;
let db: Database;
beforeAll(async () => {
  db = await openDatabase();
  model = await startModelServer({
    answer: ({body, prompt}) => (body.model === "judge" ? "[[7]]" : prompt.split(" ").at(-1)!)
  });
});
afterAll(async () => {
  db.close();
  await model.close();
});

describe(
  `a command killed before each step that changes a file, or within it (every ${stride}th)`,
  {tags: ["counted"]},
  () => {
    for (const [name, command] of Object.entries(crashedCommands))
      it(`${name}: the next start leaves what an undisturbed one leaves, and asks nothing again that is in a log`, async () => {
        const folder = await temporaryProject();
        const project = join(folder, "project");
        const images = join(folder, "images");
        mkdirSync(project);
        mkdirSync(images);
        await command.prepare(project);
        await imagesOf(name, project, images);
        const asked = new Set(model.requests.map(callOf)).size;
        const undisturbed = await contents(project);
        const tried = readdirSync(images).filter((at) => !at.endsWith(".txt"));
        expect(tried.length).toBeGreaterThan(2);
        for (const at of tried) {
          const image = join(images, at);
          const step = readFileSync(`${image}.txt`, "utf8");
          const settled = settledCalls(image) ?? asked;
          model.requests.length = 0;
          await command.run(image, model.url);
          const left = await contents(image);
          expect(Object.keys(left).sort(), step).toEqual(Object.keys(undisturbed).sort());
          for (const name of Object.keys(left))
            expect(left[name], `${step}: ${name}`).toEqual(undisturbed[name]);
          expect({step, calls: model.requests.length}).toEqual({step, calls: asked - settled});
        }
      });
  }
);

/** Runs a command to its end in a process that leaves an image of its folder for each step. */
async function imagesOf(name: string, project: string, images: string): Promise<void> {
  model.requests.length = 0;
  const child = spawn(process.execPath, ["--import", preload, script, name, project, model.url], {
    env: {
      ...process.env,
      ASSAY_CRASH_PROJECT: project,
      ASSAY_CRASH_IMAGES: images,
      ASSAY_CRASH_STRIDE: String(stride)
    },
    stdio: ["ignore", "inherit", "pipe"]
  });
  let said = "";
  child.stderr.on("data", (data) => (said += String(data)));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code, said).toBe(0);
}

const callOf = ({body}: ReceivedRequest) => JSON.stringify([body.model, body.messages]);

/** Calls whose answers are in the logs of a project's run; undefined when it is sealed and all are. */
function settledCalls(project: string): number | undefined {
  const runs = join(project, ".assay", "runs");
  const [id] = existsSync(runs) ? readdirSync(runs) : [];
  if (id === undefined) return 0;
  const file = (name: string) => join(runs, id, name);
  if (existsSync(file("manifest.json")) && !existsSync(file("journal.ndjson"))) return undefined;
  const lines = (name: string) =>
    existsSync(file(name)) ? readFileSync(file(name), "utf8").split("\n").filter(isWhole).length : 0;
  return lines("journal.ndjson") + lines("scorer-answers.ndjson");
}

/** A last line may lack its line break. */
function isWhole(line: string): boolean {
  try {
    return JSON.parse(line) !== undefined;
  } catch {
    return false;
  }
}

/** Swept by the next pull or run; and leases of names that are taken over. */
const SCRATCH = /^(tmp\/|\.workspace\.json\.|locks\/(?!using-))/;

/** What a store holds by path, without times and salts. */
async function contents(project: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const store = join(project, ".assay");
  for (const entry of readdirSync(store, {recursive: true, withFileTypes: true})) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(store, path);
    if (entry.isDirectory() || SCRATCH.test(name)) continue;
    found[name] = await contentOf(path);
  }
  return found;
}

async function contentOf(path: string): Promise<unknown> {
  if (path.endsWith(".parquet")) {
    const rows = await db.rows(`select * from ${parquetFile(path)}`);
    return rows
      .map(withoutTimes)
      .map((row) => JSON.stringify(row))
      .sort();
  }
  const text = readFileSync(path, "utf8");
  if (path.endsWith(".ndjson"))
    return text
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => JSON.stringify(line && withoutTimes(JSON.parse(line))))
      .sort();
  return path.endsWith(".json") ? withoutTimes(JSON.parse(text)) : text;
}

/** Only a later start has `askedAt`. With the hash of a definition: it is of compiled functions, and the two processes compile theirs in two ways. */
const TIMES = /^(seq|salt|bytes|seconds|latency_?ms|concurrency|definition|askedAt)$/i;

function withoutTimes(value: unknown): unknown {
  if (typeof value === "string") return /^\d{4}-\d\d-\d\dT/.test(value) ? "a time" : value;
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !TIMES.test(name));
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutTimes(one)]));
}

import {spawn} from "node:child_process";
import {readdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, expect} from "vitest";
import {compiled} from "../../support/compiledEngine.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type SmallProject, smallProject} from "./smallProject.js";

export interface Redone {
  calls: number;
  scored: number;
  merges: number;
  loaders: number;
  built: boolean;
}

export const nothing: Redone = {calls: 0, scored: 0, merges: 0, loaders: 0, built: false};
export const notBuilt = ["--no-build"];

/** A small project that the tests of one file rebuild. */
export interface Rebuilds extends Pick<SmallProject, "edit"> {
  project: string;
  rebuilt(words?: string[]): Promise<Redone>;
}

export function rebuilds(): Rebuilds {
  const made = {} as Rebuilds;
  let model: ModelServer;
  beforeAll(async () => {
    const project = await temporaryProject();
    model = await startModelServer();
    const {edit} = await smallProject(project);
    Object.assign(made, {project, edit, rebuilt: (words?: string[]) => rebuilt(project, model, words)});
  });
  afterAll(() => model.close());
  return made;
}

/** What `assay rebuild` of a small project does again. */
async function rebuilt(project: string, model: ModelServer, words: string[] = []): Promise<Redone> {
  model.requests.length = 0;
  const logs = {SCORED: join(project, "scored.log"), LOADED: join(project, "loaded.log")};
  for (const log of Object.values(logs)) await writeFile(log, "");
  const pages = join(project, "dist", "index.html");
  const before = await readFile(join(project, ".assay", "site.json"), "utf8").catch(() => "");
  const child = spawn(process.execPath, [compiled("bundle/main.js"), "rebuild", ...words], {
    cwd: project,
    env: {
      ...process.env,
      ...logs,
      ASSAY_PROJECT: project,
      ASSAY_DIR: join(project, ".assay"),
      NO_COLOR: "1",
      MODEL_SERVER: model.url
    }
  });
  let said = "";
  child.stdout.on("data", (part: Buffer) => (said += part.toString()));
  child.stderr.on("data", (part: Buffer) => (said += part.toString()));
  const code = await new Promise((end) => child.once("close", end));
  expect(code, said).toBe(0);
  await readFile(pages);
  if (words[0] !== notBuilt[0]) {
    const isBuilt = (await readFile(join(project, ".assay", "site.json"), "utf8")) !== before;
    expect(said).toMatch(isBuilt ? /Report: \S+ +\(built in \d+ s, / : /Report: \S+ +\(unchanged, 0 new/);
  }
  return {
    calls: model.requests.filter(({body}) => body.messages?.[0]?.content?.includes("item")).length,
    scored: (await readFile(logs.SCORED, "utf8")).length,
    merges: said.split("merging 2 models").length - 1,
    loaders: (await readFile(logs.LOADED, "utf8")).length,
    built: (await readFile(join(project, ".assay", "site.json"), "utf8")) !== before
  };
}

/** What the site's one loader printed into the site. */
export async function pageData(project: string): Promise<unknown> {
  const folder = join(project, "dist", "_file", "data");
  const [file] = await readdir(folder);
  return JSON.parse(await readFile(join(folder, file!), "utf8"));
}

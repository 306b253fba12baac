import {type ChildProcess, spawn} from "node:child_process";
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, expect, vi} from "vitest";
import {assay} from "../../support/assay.js";
import {compiled} from "../../support/compiledEngine.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type SmallProject, smallProject} from "./smallProject.js";

export let project: SmallProject;
export let model: ModelServer;
let dev: ChildProcess;
export let said = "";

async function heard(text: string): Promise<void> {
  await vi
    .waitUntil(() => said.includes(text), {timeout: 60_000, interval: 50})
    .catch(() => {
      throw new Error(`assay dev did not say "${text}" but:\n${said}`);
    });
}

/** What it says after a change, up to and with `text`. */
export async function after(change: Promise<void>, text: string): Promise<string> {
  said = "";
  await change;
  await heard(text);
  return said;
}

/** Runs an eval of a small project and starts `assay dev`. */
export function setUpWatched(): void {
  beforeAll(async () => {
    model = await startModelServer();
    project = await smallProject(await temporaryProject());
    const {edit, folder} = project;
    await writeFile(join(folder, "lib", "prompt.ts"), 'export const prompt = "{{text}}";\n');
    const imported = 'import {prompt} from "../lib/prompt.js";\nimport {isRight}';
    await edit("evals/words.eval.ts", "import {isRight}", imported);
    await edit("evals/words.eval.ts", 'prompt: "{{text}}"', "prompt");
    vi.stubEnv("MODEL_SERVER", model.url);
    vi.stubEnv("SCORED", join(folder, "scored.log"));
    vi.stubEnv("LOADED", join(folder, "loaded.log"));
    const {code, stderr} = await assay(folder, "run");
    expect(code, stderr).toBe(0);
    dev = spawn(process.execPath, [compiled("bundle/main.js"), "dev", "--port", "0"], {
      cwd: folder,
      env: {...process.env, ASSAY_PROJECT: folder, ASSAY_DIR: join(folder, ".assay"), NO_COLOR: "1"}
    });
    for (const stream of [dev.stdout!, dev.stderr!])
      stream.on("data", (part: Buffer) => (said += part.toString()));
    await heard("The report is at");
  }, 120_000);
  afterAll(async () => {
    const gone = new Promise((resolve) => dev.once("close", resolve));
    dev.kill("SIGINT");
    await gone;
    vi.unstubAllEnvs();
    await model.close();
  });
}

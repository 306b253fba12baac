import {type ChildProcess, spawn} from "node:child_process";
import {appendFile, mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, expect, it, vi} from "vitest";
import {assay} from "../support/assay.js";
import {compiled} from "../support/compiledEngine.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {row, ROWS, type SmallProject, smallProject} from "./support/smallProject.js";

let project: SmallProject;
let model: ModelServer;
let dev: ChildProcess;
let said = "";

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

async function heard(text: string): Promise<void> {
  await vi
    .waitUntil(() => said.includes(text), {timeout: 60_000, interval: 50})
    .catch(() => {
      throw new Error(`assay dev did not say "${text}" but:\n${said}`);
    });
}

/** What it says after a change, up to and with `text`. */
async function after(change: Promise<void>, text: string): Promise<string> {
  said = "";
  await change;
  await heard(text);
  return said;
}

it("scores an edited scorer from the store, says what an edited prompt or loader would take, and names a broken file", async () => {
  const asked = model.requests.length;
  const {edit, folder} = project;
  expect(
    await after(edit("evals/scorer.ts", "output === expected", "output.trim() === expected"), "reused")
  ).toContain(`0 calls made · ${2 * ROWS} completions reused`);
  await after(
    edit("evals/words.eval.ts", "prompt, expected", 'prompt: "Say: {{text}}", expected'),
    "Make them: assay run words"
  );
  expect(said).toMatch(/24 calls of 24 planned[^]*asked +12/);

  const broken = 'prompt: ["Say: {{text}}"';
  expect(
    await after(edit("evals/words.eval.ts", 'prompt: "Say: {{text}}"', broken), "could not be loaded")
  ).toContain("evals/words.eval.ts");
  await after(
    edit("evals/words.eval.ts", `${broken}, expected`, "prompt, expected"),
    "nothing to do: the store holds this run"
  );

  await appendFile(join(folder, "data", "words.jsonl"), row(ROWS) + "\n");
  const loader = edit("data-loaders/words.ts", "export default", "// One row more.\nexport default");
  expect(await after(loader, "Make them: assay run words")).toMatch(/13 rows, \+1 [^]*2 calls of 26 planned/);
  expect(model.requests.length).toBe(asked);
}, 240_000);

it("plans anew for code that an eval imports from elsewhere, and names the command for data and fine-tunes", async () => {
  const asked = model.requests.length;
  const {folder} = project;
  await after(
    appendFile(join(folder, "data", "words.jsonl"), row(ROWS + 1) + "\n"),
    "data/words.jsonl changed"
  );
  expect(said).toContain("data/words.jsonl changed: assay pull words");
  await mkdir(join(folder, "finetunes"));
  const finetune = writeFile(
    join(folder, "finetunes", "small.finetune.ts"),
    'export default {name: "small"};\n'
  );
  expect(await after(finetune, "small.finetune.ts changed")).toContain(
    "finetunes/small.finetune.ts changed: assay finetune small"
  );
  await after(
    writeFile(join(folder, "lib", "prompt.ts"), 'export const prompt = "Say: {{text}}";\n'),
    "Make them: assay run words"
  );
  expect(said).toContain("lib/prompt.ts changed");
  expect(model.requests.length).toBe(asked);
}, 240_000);

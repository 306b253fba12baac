// @module-tag long
import {type ChildProcess, spawn} from "node:child_process";
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {setTimeout as pause} from "node:timers/promises";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import type {DistillationView} from "../../src/report/site/index.js";
import {openWorkspace, readJobs} from "../../src/base/store/index.js";
import {compiled} from "../support/compiledEngine.js";
import {type ModelServer, withoutProbes} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {tinyLanguageModel} from "../support/tinyLanguageModel.js";
import {short, teacherServer, tickets, writeDistilProject} from "./support/distilProject.js";

const [TRAIN, TEST] = [24, 20];
const engine = compiled("bundle/index.js");
let server: ModelServer;
let project: string;

/** Fails as long as the project has a file `broken`; leaves a model that knows nothing. */
const TRAINER = `echo begun >> "$ASSAY_PROJECT/begun"
(cd "$ASSAY_FOLDER" && sha256sum --quiet -c SHA256SUMS) || exit 3
sleep 3
test -e "$ASSAY_PROJECT/broken" && exit 7
mkdir -p "$ASSAY_OUTPUT" && cp "$ASSAY_PROJECT"/weights/* "$ASSAY_OUTPUT"
`;

beforeAll(async () => {
  server = await teacherServer();
  project = await temporaryProject();
  const rows = short(tickets(TRAIN, TEST));
  await writeDistilProject(project, {engine, server: server.url, rows});
  await tinyLanguageModel(join(project, "weights"));
  await writeFile(join(project, "train.sh"), TRAINER);
  await writeFile(
    join(project, "distillations/routing.distillation.ts"),
    `import {distillation, job, trainedByJob} from ${JSON.stringify(engine)};
export default distillation({
  eval: "routing",
  teacher: "large",
  students: (answers) => [
    trainedByJob("elsewhere", job({dataset: answers, base: "base-model", format: "prompt", epochs: 1,
      on: {service: "command", trust: "local", tool: "trl", run: 'sh "$ASSAY_PROJECT/train.sh"'}}),
      {params: {max_tokens: 3, temperature: 0}})
  ],
  curve: [],
  margin: 0.05
});
`
  );
}, 120_000);
afterAll(() => server.close());

function start(...words: string[]): {
  child: ChildProcess;
  ended: Promise<{code: number | null; out: string; said: string}>;
} {
  const child = spawn(process.execPath, [compiled("bundle/main.js"), "distil", "routing", ...words], {
    cwd: project,
    env: {...process.env, ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay"), NO_COLOR: "1"},
    stdio: ["ignore", "pipe", "pipe"]
  });
  let [out, said] = ["", ""];
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  const ended = new Promise<{code: number | null; out: string; said: string}>((resolve) =>
    child.once("close", (code) => resolve({code, out, said}))
  );
  return {child, ended};
}

/** Starts it, and kills it once something is there. */
async function killedWhen(isThere: () => boolean): Promise<void> {
  const {child, ended} = start();
  let over = false;
  void ended.then(() => (over = true));
  while (!over && !isThere()) await pause(5);
  child.kill("SIGKILL");
  const {code, said} = await ended;
  expect(code, said).toBeNull();
}

const begun = () =>
  existsSync(join(project, "begun"))
    ? readFileSync(join(project, "begun"), "utf8").trim().split("\n").length
    : 0;
const models = () => {
  const folder = join(project, ".assay/models");
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith(".")).length : 0;
};

describe("a student that is a job", () => {
  it("that fails says so, and is sent once more by the next start", async () => {
    await writeFile(join(project, "broken"), "");
    const {code, said} = await start().ended;
    expect(code).not.toBe(0);
    expect(said).toMatch(/job elsewhere-\w+ is failed, exit code 7/);
    expect(begun()).toBe(1);
    await rm(join(project, "broken"));
  }, 120_000);

  it("goes on after each kill, is sent once, fetched, and judged", async () => {
    await killedWhen(() => begun() === 2);
    await killedWhen(() => models() === 1);
    const {code, out, said} = await start("--json").ended;
    expect(code, said).toBe(0);
    expect(begun()).toBe(2);
    const view = JSON.parse(out) as DistillationView;
    const [student] = view.students;
    expect(student).toMatchObject({
      name: "elsewhere",
      learned: TRAIN,
      judged: {verdict: "inferior", rows: TEST}
    });
    expect(view).toMatchObject({cleanRows: TEST, answeredRows: TRAIN, advice: {kind: "teacher"}});
    const jobs = await readJobs(await openWorkspace(project));
    expect(jobs.map(({model}) => model?.id)).toEqual([undefined, student!.modelId]);
    expect(withoutProbes(server.requests)).toHaveLength(TRAIN + TEST);
    const again = await start("--json").ended;
    expect(again.code, again.said).toBe(0);
    expect(JSON.parse(again.out)).toEqual(view);
    expect(begun()).toBe(2);
    expect(withoutProbes(server.requests)).toHaveLength(TRAIN + TEST);
  }, 300_000);
});

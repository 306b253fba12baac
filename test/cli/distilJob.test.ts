// @module-tag long
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {setTimeout as pause} from "node:timers/promises";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import type {DistillationView} from "../../src/report/site/index.js";
import {openWorkspace, readJobs} from "../../src/base/store/index.js";
import {type ModelServer, withoutProbes} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {startDistil, writeJobProject} from "./support/distilJobProject.js";
import {teacherServer} from "./support/distilProject.js";

const [TRAIN, TEST] = [24, 20];
let server: ModelServer;
let project: string;

beforeAll(async () => {
  server = await teacherServer();
  project = await temporaryProject();
  await writeJobProject(project, {
    server: server.url,
    train: TRAIN,
    test: TEST,
    run: 'sh "$ASSAY_PROJECT/train.sh"'
  });
}, 120_000);
afterAll(() => server.close());

const start = (...words: string[]) => startDistil(project, words);

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
  it("that does not fit the command's budget is not sent", async () => {
    const {code, said} = await start("--budget-usd", "1").ended;
    expect(code).toBe(1);
    expect(said).toMatch(
      /job elsewhere-\w+ costs \$\d+\.\d+, and \$0\.98\d+ of this command's \$1 are left\. Nothing was sent/
    );
    expect(begun()).toBe(0);
  }, 120_000);

  it("that fails says so, and is sent once more by the next start", async () => {
    await writeFile(join(project, "broken"), "");
    const {code, said} = await start("--budget-usd", "100").ended;
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
    expect(student).toMatchObject({job: jobs.at(-1)!.id, curve: []});
    // Of answers and the job by its tokens; the teacher's answers to the test rows are left.
    const askedUsd = student!.firstUsd! - jobs.at(-1)!.tokens!.usd! - view.dataUsd!;
    expect(askedUsd).toBeCloseTo((view.dataUsd! * TEST) / TRAIN, 3);
    expect(jobs.map(({model}) => model?.id)).toEqual([undefined, student!.modelId]);
    expect(withoutProbes(server.requests)).toHaveLength(TRAIN + TEST);
    expect((await start().ended).out).toContain(
      `elsewhere has no curve of score against rows: job ${student!.job}`
    );
    const again = await start("--json").ended;
    expect(again.code, again.said).toBe(0);
    expect(JSON.parse(again.out)).toEqual(view);
    expect(begun()).toBe(2);
    expect(withoutProbes(server.requests)).toHaveLength(TRAIN + TEST);
  }, 300_000);
});

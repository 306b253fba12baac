import {readFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import type {DistillationView} from "../../src/report/site/index.js";
import {jobDir, openWorkspace, readJobs} from "../../src/base/store/index.js";
import type {ModelServer} from "../support/modelServer.js";
import {hasSlurm, type Slurm, startSlurm} from "../support/slurm.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {startDistil, writeJobProject} from "./support/distilJobProject.js";
import {teacherServer} from "./support/distilProject.js";

const [TRAIN, TEST] = [24, 20];

describe.skipIf(!hasSlurm())("a student that Slurm trains", () => {
  let slurm: Slurm;
  let server: ModelServer;
  let project: string;
  beforeAll(async () => {
    slurm = await startSlurm();
    vi.stubEnv("SLURM_CONF", slurm.conf);
    server = await teacherServer();
    project = await temporaryProject();
    await writeJobProject(project, {
      server: server.url,
      train: TRAIN,
      test: TEST,
      run: `sbatch --wait --no-requeue --job-name "$ASSAY_JOB" --open-mode=append --output=log.txt --wrap 'sh "$ASSAY_PROJECT/train.sh"'`,
      more: `, stop: 'scancel --me --name "$ASSAY_JOB"', state: 'squeue --noheader --me --name "$ASSAY_JOB" --format %T'`
    });
  }, 120_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server?.close();
    await slurm?.close();
  });

  it("is submitted within the budget, fetched, judged against its teacher, and not submitted again", async () => {
    const {code, out, said} = await startDistil(project, ["--json", "--budget-usd", "20"]).ended;
    expect(code, said).toBe(0);
    const {students} = JSON.parse(out) as DistillationView;
    const workspace = await openWorkspace(project);
    const [job, ...others] = await readJobs(workspace);
    expect(others).toEqual([]);
    expect(slurm.states(job!.id)).toEqual(["COMPLETED"]);
    expect(readFileSync(join(jobDir(workspace, job!.id), "log.txt"), "utf8")).toMatch(
      /Submitted batch job \d+/
    );
    expect(students).toMatchObject([
      {name: "elsewhere", job: job!.id, modelId: job!.model!.id, learned: TRAIN, judged: {rows: TEST}}
    ]);
    const again = await startDistil(project, ["--json"]).ended;
    expect([again.code, JSON.parse(again.out)]).toEqual([0, JSON.parse(out)]);
    expect(slurm.states(job!.id)).toEqual(["COMPLETED"]);
  }, 300_000);
});

import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {
  cancelJob,
  collectJob,
  lookAt,
  noteJob,
  type ServiceSettings,
  startJob,
  watchJob
} from "../../../src/training/jobs/index.js";
import {jobDir, openWorkspace, readJobEvents, type Workspace} from "../../../src/base/store/index.js";
import {hasSlurm, type Slurm, startSlurm} from "../../support/slurm.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {killedWatcher} from "./support/killWatcher.js";
import {planOf} from "./support/plan.js";

const trainer = fileURLToPath(new URL("support/trainer.sh", import.meta.url));
let slurm: Slurm;
let project: string;
let workspace: Workspace;

/** As docs/jobs.md has it. */
const onSlurm = (script: string): ServiceSettings => ({
  service: "command",
  trust: "local",
  tool: "axolotl",
  grace: 1,
  run: `sbatch --wait --no-requeue --job-name "$ASSAY_JOB" --open-mode=append --output=log.txt --wrap '${script}'`,
  stop: 'scancel --me --name "$ASSAY_JOB"',
  state: 'squeue --noheader --me --name "$ASSAY_JOB" --format %T'
});

async function started(name: string, script: string): Promise<{id: string; folder: string}> {
  const {id} = await noteJob(workspace, planOf(workspace, onSlurm(script), {name, format: "axolotl"}));
  await startJob(workspace, id);
  return {id, folder: jobDir(workspace, id)};
}

const inTime = <T>(check: () => T) => vi.waitFor(check, {timeout: 30_000, interval: 50});
const runs = (id: string) => inTime(() => expect(slurm.states(id)).toEqual(["RUNNING"]));
const goesOnElsewhere = (id: string) =>
  inTime(async () => {
    const {look} = await lookAt(workspace, id);
    expect(look.detail).toMatch(/goes on elsewhere/);
    expect(look.status).toBe("RUNNING");
  });

/** Ends the supervisor and the waiting sbatch, as a restart of the machine would. */
function killHere(folder: string): void {
  const {pid} = JSON.parse(readFileSync(join(folder, "supervisor.json"), "utf8")) as {pid: number};
  process.kill(pid, "SIGKILL");
  process.kill(-Number(readFileSync(join(folder, "command.pid"), "utf8").split(" ")[0]), "SIGKILL");
}

describe.skipIf(!hasSlurm()).concurrent("a training submitted by sbatch", () => {
  beforeAll(async () => {
    slurm = await startSlurm();
    vi.stubEnv("SLURM_CONF", slurm.conf);
    project = await temporaryProject();
    workspace = await openWorkspace(project, ".assay");
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await slurm?.close();
  });

  it("is followed by its log to its end, and leaves a model", async () => {
    const {id, folder} = await started("whole", `sh ${trainer}`);
    const job = await watchJob(workspace, id, {everyMs: 50});
    expect(job.statuses.at(-1)).toMatchObject({status: "ended", outcome: "succeeded"});
    expect(readFileSync(join(folder, "log.txt"), "utf8")).toMatch(/Submitted batch job \d+/);
    const losses = (await readJobEvents(workspace, id)).map(({data}) => data!.loss);
    expect(losses).toEqual([0.8, 0.7, 0.6, 0.5, 0.4]);
    const {model} = await collectJob(workspace, id);
    expect(model).toMatchObject({architecture: "adapter", training: {rows: 12}, recipe: {source: id}});
  });

  it("has failed with the exit code of its script", async () => {
    const {id} = await started("fails", "exit 3");
    const {statuses} = await watchJob(workspace, id, {everyMs: 50});
    expect(statuses.at(-1)).toMatchObject({outcome: "failed", detail: "exit code 3"});
  });

  it("is told in Slurm's words while it goes on, and ended by scancel", async () => {
    const {id} = await started("cancelled", "sleep 300");
    await runs(id);
    expect((await lookAt(workspace, id)).look.status).toBe("RUNNING");
    await cancelJob(workspace, id);
    const {statuses} = await watchJob(workspace, id, {everyMs: 50});
    expect(statuses.at(-1)).toMatchObject({status: "cancelled", outcome: "cancelled"});
    await inTime(() => expect(slurm.states(id)).toEqual(["CANCELLED"]));
  });

  it.each([
    ["before it is submitted", "noted", 0],
    ["while it is submitted", "noted", 700],
    ["while it is followed", "started", 50]
  ])("is submitted once when its watcher is killed %s", async (moment, word, after) => {
    const own = await temporaryProject();
    // Another script each time: the three are told apart by their names.
    const settings = onSlurm(`: ${moment}; sh ${trainer}`);
    await killedWatcher(own, settings, word, after);
    const place = await openWorkspace(own, ".assay");
    const {id} = await noteJob(place, planOf(place, settings));
    await startJob(place, id);
    const job = await watchJob(place, id, {everyMs: 50});
    expect(job.statuses.at(-1)).toMatchObject({outcome: "succeeded"});
    expect(readFileSync(join(jobDir(place, id), "begun"), "utf8")).toBe(`${id}\n`);
    await inTime(() => expect(slurm.states(id)).toEqual(["COMPLETED"]));
  });

  it("goes on when all of it on this machine is killed, and its end is told", async () => {
    const {id, folder} = await started(
      "orphan",
      `while [ ! -e go ]; do sleep 0.1; done; sh ${trainer}; echo $? > "$ASSAY_CODE"`
    );
    await runs(id);
    killHere(folder);
    await goesOnElsewhere(id);
    expect((await startJob(workspace, id)).how).toBe("was there");
    writeFileSync(join(folder, "go"), "");
    const job = await watchJob(workspace, id, {everyMs: 50});
    expect(job.statuses.at(-1)).toMatchObject({status: "ended", outcome: "succeeded"});
    await inTime(() => expect(slurm.states(id)).toEqual(["COMPLETED"]));
    expect((await readJobEvents(workspace, id)).length).toBe(5);
  });

  it("is cancelled at Slurm when all of it on this machine was killed", async () => {
    const {id, folder} = await started("orphan-cancelled", "sleep 300");
    await runs(id);
    killHere(folder);
    await goesOnElsewhere(id);
    await cancelJob(workspace, id);
    const {statuses} = await watchJob(workspace, id, {everyMs: 50});
    expect(statuses.at(-1)).toMatchObject({status: "cancelled", outcome: "cancelled"});
    await inTime(() => expect(slurm.states(id)).toEqual(["CANCELLED"]));
  });
});

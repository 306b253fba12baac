import {existsSync, readdirSync, readFileSync} from "node:fs";
import {hostname} from "node:os";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {
  cancelJob,
  collectJob,
  lookAt,
  noteJob,
  type ServiceSettings,
  startJob,
  watchJob
} from "../../../src/training/jobs/index.js";
import {jobDir, readJob, type Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {planOf} from "./support/plan.js";

/** Two machines with one store: records are shared, and files are not. */
async function machines(): Promise<[Workspace, Workspace]> {
  const [first, second] = [await temporaryWorkspace(), await temporaryWorkspace()];
  return [first, {...second, place: first.place}];
}

const command = (run: string): ServiceSettings => ({
  service: "command",
  trust: "local",
  tool: "axolotl",
  run,
  grace: 1
});

describe("a job of a shared store", () => {
  it("is watched, cancelled and collected on the machine that runs it, and its record is let be elsewhere", async () => {
    const [here, there] = await machines();
    const {id} = await noteJob(here, planOf(here, command("sleep 60"), {format: "axolotl"}));
    await startJob(here, id);
    await lookAt(here, id);
    const before = await readJob(here, id);
    for (const ask of [cancelJob, collectJob, lookAt, watchJob])
      await expect(ask(there, id)).rejects.toThrow(
        `job ${id} was started on ${hostname()}, and its processes and files are not here.`
      );
    expect(await readJob(there, id)).toEqual(before);
    await cancelJob(here, id);
    await watchJob(here, id, {everyMs: 20});
    const ended = await readJob(here, id);
    expect((await cancelJob(there, id)).look).toMatchObject({outcome: "cancelled"});
    expect(await readJob(there, id)).toEqual(ended);
  });

  it("is started by another machine than the one that noted it, which has its files then", async () => {
    const [here, there] = await machines();
    const plan = {format: "axolotl"};
    const run = command("cat train.jsonl validation.jsonl config.yml > copied");
    const noted = await noteJob(here, planOf(here, run, plan));
    for (const again of [false, true]) {
      const own = planOf(there, run, {...plan, again});
      expect((await noteJob(there, own)).id).toBe(noted.id);
    }
    const folder = jobDir(there, noted.id);
    expect(readdirSync(folder)).toEqual(
      readdirSync(jobDir(here, noted.id)).filter((name) => name !== "manifest.json")
    );
    await startJob(there, noted.id);
    const job = await watchJob(there, noted.id, {everyMs: 20});
    expect(job.statuses.at(-1)).toMatchObject({outcome: "succeeded"});
    expect(readFileSync(join(folder, "copied"), "utf8")).toContain("Question 11 of validation");
    expect(existsSync(join(jobDir(here, noted.id), "copied"))).toBe(false);
  });
});

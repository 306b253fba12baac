// @module-tag long
import {existsSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {setTimeout as pause} from "node:timers/promises";
import {fileURLToPath} from "node:url";
import {beforeAll, describe, expect, it} from "vitest";
import {parse} from "yaml";
import {
  cancelJob,
  collectJob,
  lookAt,
  noteJob,
  type ServiceSettings,
  startJob,
  trainingOfJob,
  watchJob
} from "../../../src/training/jobs/index.js";
import {processIsAlive} from "../../../src/base/system/process.js";
import {jobDir, readJobEvents, type Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {planOf} from "./support/plan.js";

const trainer = fileURLToPath(new URL("support/trainer.sh", import.meta.url));
let workspace: Workspace;
beforeAll(async () => void (workspace = await temporaryWorkspace()));

const settings = (more: object): ServiceSettings => ({
  service: "command",
  trust: "local",
  tool: "axolotl",
  run: `sh ${trainer}`,
  grace: 1,
  ...more
});

async function started(name: string, more: object = {}): Promise<{id: string; folder: string}> {
  const {id} = await noteJob(workspace, planOf(workspace, settings(more), {name, format: "axolotl"}));
  await startJob(workspace, id);
  return {id, folder: jobDir(workspace, id)};
}

const supervisorOf = (folder: string) =>
  (JSON.parse(readFileSync(join(folder, "supervisor.json"), "utf8")) as {pid: number}).pid;

const shellOf = (folder: string) => Number(readFileSync(join(folder, "command.pid"), "utf8").split(" ")[0]);

/** Resolves when a file has whole lines in it. */
async function written(path: string): Promise<string> {
  for (let i = 0; i < 400; i++) {
    if (existsSync(path) && readFileSync(path, "utf8").endsWith("\n"))
      return readFileSync(path, "utf8").trim();
    await pause(25);
  }
  throw new Error(`${path} was not written`);
}

describe("a command that trains", () => {
  it("gets the tool's whole configuration, is followed by its figures, and leaves a model", async () => {
    const {id, folder} = await started("local");
    const job = await watchJob(workspace, id, {everyMs: 20});
    expect(job.statuses.at(-1)).toMatchObject({status: "ended", outcome: "succeeded"});
    const metrics = (await readJobEvents(workspace, id)).map(({data}) => data);
    expect(metrics).toHaveLength(5);
    expect(metrics[0]).toEqual({loss: 0.8, grad_norm: 0.15, learning_rate: 0.0002, epoch: 0.1});
    const config = parse(readFileSync(join(folder, "config.yml"), "utf8")) as Record<string, unknown>;
    expect(config).toMatchObject({
      base_model: "base-model",
      datasets: [{path: "train.jsonl", ds_type: "json", type: "chat_template", field_messages: "messages"}],
      test_datasets: [{path: "validation.jsonl"}],
      val_set_size: 0,
      num_epochs: 2,
      seed: 7,
      output_dir: "output"
    });
    const {model} = await collectJob(workspace, id);
    expect(model).toMatchObject({
      name: "local",
      architecture: "adapter",
      folder: `.assay/jobs/${id}/output`,
      training: {dataset: "questions", rows: 12},
      recipe: {source: id}
    });
    expect(model.files.map(({path}) => path)).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
    expect(statSync(join(jobDir(workspace, id), "command.json")).mode & 0o777).toBe(0o600);
    expect((await startJob(workspace, id)).how).toBe("was there");
    expect(readFileSync(join(folder, "begun"), "utf8")).toBe(`${id}\n`);
  });

  it("took until it ended, whenever somebody looks, with the seed of its configuration", async () => {
    const {id, folder} = await started("looked-late", {run: `TRAINER_PAUSE=0 sh ${trainer}`});
    await expect.poll(() => existsSync(join(folder, "ending.json")), {timeout: 60_000}).toBe(true);
    const ending = JSON.parse(readFileSync(join(folder, "ending.json"), "utf8")) as {at: string};
    await pause(300);
    const {job, model} = await collectJob(workspace, id);
    expect(job.statuses.at(-1)!.endedAt).toBe(ending.at);
    const seconds = (Date.parse(ending.at) - Date.parse(job.remote!.at)) / 1000;
    expect(model.training).toMatchObject({seconds: Math.max(0, seconds), seed: 7});
    const unsaid = {...job, settings: {}};
    expect(trainingOfJob(unsaid).seed).toBe(0);
    expect(trainingOfJob({...unsaid, settings: {more: {seed: 5}}}).seed).toBe(5);
    const elsewhere = {...unsaid, service: {service: "openai", trust: "contract"}};
    expect(trainingOfJob(elsewhere).seed).toBe("the service's own");
  });

  it("that fails says its exit code, and changed data is not trained on", async () => {
    const {id} = await started("fails", {run: `echo more >> "$ASSAY_TRAIN"; sh ${trainer}`});
    const {statuses} = await watchJob(workspace, id, {everyMs: 20});
    expect(statuses.at(-1)).toMatchObject({status: "failed", outcome: "failed", detail: "exit code 3"});
  });

  it("is ended with all its processes when it is cancelled, and where it reaches another machine by `stop`", async () => {
    const {id, folder} = await started("cancelled", {
      run: "(trap '' TERM; echo $$ > inner; sleep 60 & echo $! > sleeper; wait; sleep 60)",
      stop: 'echo "stop $ASSAY_JOB" > stopped'
    });
    const sleeper = Number(await written(join(folder, "sleeper")));
    expect((await lookAt(workspace, id)).look.status).toBe("running");
    await cancelJob(workspace, id);
    const {statuses} = await watchJob(workspace, id, {everyMs: 20});
    expect(statuses.at(-1)).toMatchObject({status: "cancelled", outcome: "cancelled"});
    expect(readFileSync(join(folder, "stopped"), "utf8")).toBe(`stop ${id}\n`);
    await expect.poll(() => processIsAlive(sleeper)).toBe(false);
  });

  it("has ended, when it is cancelled without a supervisor, only when none of its processes is left", async () => {
    const {id, folder} = await started("deaf", {
      run: `sh -c 'trap "" TERM; echo $$ > inner; while :; do sleep 0.1; done'`
    });
    const inner = Number(await written(join(folder, "inner")));
    process.kill(supervisorOf(folder), "SIGKILL");
    await expect.poll(async () => (await lookAt(workspace, id)).look.status).toBe("running unsupervised");
    const {look} = await cancelJob(workspace, id);
    expect(look).toMatchObject({status: "cancelled", outcome: "cancelled"});
    expect(processIsAlive(inner)).toBe(false);
  });

  it.each([true, false])(
    "whose shell is killed has not ended before its other processes (supervised: %s)",
    async (supervised) => {
      const {id, folder} = await started(`headless-${supervised}`, {
        run: `sh -c 'trap "" TERM; echo $$ > inner; while :; do sleep 0.1; done'; true`
      });
      const inner = Number(await written(join(folder, "inner")));
      if (!supervised) process.kill(supervisorOf(folder), "SIGKILL");
      process.kill(shellOf(folder), "SIGKILL");
      if (supervised) await watchJob(workspace, id, {everyMs: 20});
      else {
        await pause(300);
        expect((await lookAt(workspace, id)).look).toEqual({status: "running unsupervised"});
        await cancelJob(workspace, id);
      }
      expect(processIsAlive(inner)).toBe(false);
      expect((await lookAt(workspace, id)).look.outcome).toBe(supervised ? "failed" : "cancelled");
    }
  );

  it("is ended when its time is over, with nobody watching", async () => {
    const {id, folder} = await started("slow", {run: "echo $$ > shell; sleep 60", timeoutHours: 0.3 / 3600});
    const shell = Number(await written(join(folder, "shell")));
    await expect.poll(() => existsSync(join(folder, "ending.json")), {timeout: 60_000}).toBe(true);
    expect(processIsAlive(shell)).toBe(false);
    expect((await lookAt(workspace, id)).look).toMatchObject({status: "time-out", outcome: "failed"});
  });

  it("is ended when its time is over although its supervisor was killed, where it reaches another machine, too", async () => {
    const {id, folder} = await started("orphan", {
      run: "(trap '' TERM; echo $$ > inner; sleep 60 & echo $! > sleeper; wait; sleep 60)",
      stop: 'echo "stop $ASSAY_JOB" > stopped',
      timeoutHours: 1 / 3600,
      grace: 0.2
    });
    const sleeper = Number(await written(join(folder, "sleeper")));
    process.kill(supervisorOf(folder), "SIGKILL");
    await expect.poll(() => processIsAlive(sleeper), {timeout: 120_000}).toBe(false);
    expect((await lookAt(workspace, id)).look).toMatchObject({status: "time-out", outcome: "failed"});
    expect(readFileSync(join(folder, "stopped"), "utf8")).toBe(`stop ${id}\n`);
    expect(readFileSync(join(folder, "stop.code"), "utf8")).toBe("0\n");
  });

  it("may take longer than a timer of Node's can wait", async () => {
    const {id} = await started("patient", {run: `TRAINER_PAUSE=0.1 sh ${trainer}`, timeoutHours: 1000});
    const {statuses} = await watchJob(workspace, id, {everyMs: 20});
    expect(statuses.at(-1)).toMatchObject({status: "ended", outcome: "succeeded"});
  });

  it("goes on when its supervisor is killed, and its end is still told", async () => {
    const {id, folder} = await started("unsupervised", {run: `TRAINER_PAUSE=0.2 sh ${trainer}`});
    await written(join(folder, "begun"));
    process.kill(supervisorOf(folder), "SIGKILL");
    await expect.poll(async () => (await lookAt(workspace, id)).look.status).toBe("running unsupervised");
    const {statuses} = await watchJob(workspace, id, {everyMs: 50});
    expect(statuses.at(-1)).toMatchObject({outcome: "succeeded"});
    expect((await readJobEvents(workspace, id)).length).toBe(5);
  });

  it("whose processes are gone is not lost while `state` says that it goes on elsewhere, or says nothing at all", async () => {
    const {id, folder} = await started("elsewhere", {
      run: "touch there; echo $$ > shell; sleep 60",
      state: "test ! -e broken && if [ -e there ]; then echo training; fi",
      stop: "rm there"
    });
    await written(join(folder, "shell"));
    expect((await lookAt(workspace, id)).look).toMatchObject({status: "training"});
    process.kill(supervisorOf(folder), "SIGKILL");
    process.kill(-shellOf(folder), "SIGKILL");
    await expect.poll(async () => (await lookAt(workspace, id)).look.detail).toMatch(/goes on elsewhere/);
    writeFileSync(join(folder, "broken"), "");
    await expect(lookAt(workspace, id)).rejects.toThrow(/ended with 1: nobody can tell/);
    rmSync(join(folder, "broken"));
    await cancelJob(workspace, id);
    expect(existsSync(join(folder, "there"))).toBe(false);
    expect((await lookAt(workspace, id)).look).toMatchObject({status: "cancelled", outcome: "cancelled"});
  });

  it.each([
    ["it is cancelled", {}, "cancelled"],
    ["its time is over", {timeoutHours: 0.3 / 3600}, "time-out"]
  ])("goes on elsewhere when %s and `stop` fails, until a `stop` succeeds", async (_, more, word) => {
    const {id, folder} = await started(`unstopped-${word}`, {
      run: "touch there; echo $$ > shell; sleep 60",
      state: "if [ -e there ]; then echo RUNNING; fi",
      stop: "echo asked >> stops; [ -e reachable ] && rm there",
      ...more
    });
    await written(join(folder, "shell"));
    if (word === "cancelled") await cancelJob(workspace, id).catch(() => undefined);
    await expect.poll(() => existsSync(join(folder, "ending.json")), {timeout: 60_000}).toBe(true);
    const {look} = await lookAt(workspace, id);
    expect(look).toMatchObject({
      status: "RUNNING",
      detail: expect.stringMatching(/^`stop` ended with 1/) as string
    });
    expect(look.outcome).toBeUndefined();
    await expect(cancelJob(workspace, id)).rejects.toThrow(/`stop` ended with 1: what it started may go on/);
    writeFileSync(join(folder, "reachable"), "");
    expect((await cancelJob(workspace, id)).look.status).toBe(word);
    expect(readFileSync(join(folder, "stops"), "utf8")).toBe("asked\nasked\nasked\n");
  });

  it("whose `stop` fails has ended with a word on that where nobody can be asked, and can be cancelled again", async () => {
    const {id, folder} = await started("unasked", {
      run: "echo $$ > shell; sleep 60",
      stop: "[ -e reachable ]"
    });
    await written(join(folder, "shell"));
    await cancelJob(workspace, id).catch(() => undefined);
    const {statuses} = await watchJob(workspace, id, {everyMs: 20});
    expect(statuses.at(-1)).toMatchObject({status: "cancelled", outcome: "cancelled", unstopped: true});
    await expect(cancelJob(workspace, id)).rejects.toThrow(/`stop` ended with 1: what it started may go on/);
    writeFileSync(join(folder, "reachable"), "");
    const {look} = await cancelJob(workspace, id);
    expect(look).toMatchObject({status: "cancelled", outcome: "cancelled"});
    expect(look.detail).toBeUndefined();
  });

  it("that has lost its processes has ended as the other machine wrote into ASSAY_CODE", async () => {
    const {id, folder} = await started("told", {run: `echo $$ > shell; sleep 60`, state: "true"});
    await written(join(folder, "shell"));
    process.kill(-shellOf(folder), "SIGKILL");
    await expect.poll(async () => (await lookAt(workspace, id)).look.outcome).toBe("failed");
    writeFileSync(join(folder, "elsewhere.code"), "0\n");
    expect((await lookAt(workspace, id)).look).toMatchObject({status: "ended", outcome: "succeeded"});
  });
});

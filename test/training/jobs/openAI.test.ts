// @module-tag long
import {readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {
  cancelJob,
  collectJob,
  lookAt,
  noteJob,
  openService,
  type ServiceSettings,
  startJob,
  watchJob
} from "../../../src/training/jobs/index.js";
import {readManifest, storedLineage, dataReaching} from "../../../src/weights/models/index.js";
import {UserError} from "../../../src/base/validation/index.js";
import {sha256} from "../../../src/base/system/index.js";
import {jobDir, modelsDir, openStore, readJob, readJobEvents} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {server, service, setUpOpenAIJobs, workspace} from "./support/openAIJobs.js";
import {planOf} from "./support/plan.js";

setUpOpenAIJobs();

const noted = async () => (await noteJob(workspace, planOf(workspace, service))).id;
const created = () => server.requests.filter(({method, path}) => method === "POST" && path.endsWith("/jobs"));

describe("a job in the manner of OpenAI", () => {
  it("sends both files and the request with its mark, and keeps what the service calls them", async () => {
    const id = await noted();
    const {job, how} = await startJob(workspace, id);
    expect(how).toBe("started");
    expect(job.remote?.id).toBe("ftjob-0");
    expect(job.uploads).toEqual({"train.jsonl": "file-0", "validation.jsonl": "file-1"});
    expect(server.files.map(({content}) => sha256(content))).toEqual(job.data.map((one) => one.sha256));
    expect(JSON.parse(created()[0]!.body)).toEqual({
      model: "base-model",
      training_file: "file-0",
      validation_file: "file-1",
      suffix: "answers",
      seed: 7,
      method: {type: "supervised", supervised: {hyperparameters: {n_epochs: 2}}},
      metadata: {assay: job.key, assay_job: id}
    });
    expect(created()[0]!.headers).toMatchObject({
      authorization: "Bearer sk-very-secret-key-1234567890",
      "idempotency-key": job.key
    });
    const record = readFileSync(join(jobDir(workspace, id), "manifest.json"), "utf8");
    expect(record).not.toContain("very-secret");
  });

  it("keeps what it says itself beside what `more` adds at the same place", async () => {
    const hyperparameters = {learning_rate_multiplier: 0.5};
    const more = {method: {type: "supervised", supervised: {hyperparameters}}, metadata: {team: "a"}};
    const plan = planOf(workspace, service, {settings: {epochs: 5, rows: 4, more}});
    const {job} = await startJob(workspace, (await noteJob(workspace, plan)).id);
    expect(JSON.parse(created()[0]!.body)).toMatchObject({
      method: {
        type: "supervised",
        supervised: {hyperparameters: {n_epochs: 5, batch_size: 4, learning_rate_multiplier: 0.5}}
      },
      metadata: {assay: job.key, assay_job: job.id, team: "a"}
    });
  });

  it("is not sent twice: not by another call, not by a store that has lost its answer, not by two at once", async () => {
    const id = await noted();
    await startJob(workspace, id);
    expect((await startJob(workspace, id)).how).toBe("was there");
    // As a command killed between the service's answer and the note leaves it, with other jobs on newer pages.
    const other = await temporaryWorkspace();
    await noteJob(other, planOf(other, service));
    server.jobs.push(
      ...Array.from({length: 5}, (_, i) => ({
        ...server.jobs[0]!,
        id: `other-${i}`,
        metadata: {},
        training_file: "x"
      }))
    );
    const found = await startJob(other, id);
    expect(found).toMatchObject({how: "found", job: {remote: {id: "ftjob-0"}}});
    // A gateway that drops metadata: the file's name tells.
    const third = await temporaryWorkspace();
    await noteJob(third, planOf(third, service));
    for (const job of server.jobs) delete job.metadata;
    expect((await startJob(third, id)).how).toBe("found");
    expect(created()).toHaveLength(1);
    expect(server.files).toHaveLength(2);
    const fourth = await temporaryWorkspace();
    const plan = planOf(fourth, service, {name: "twice"});
    const {id: twice} = await noteJob(fourth, plan);
    const both = await Promise.allSettled([startJob(fourth, twice), startJob(fourth, twice)]);
    expect(both.filter(({status}) => status === "fulfilled")).toHaveLength(1);
    expect(created()).toHaveLength(2);
  });

  it("that may have been taken is looked for, and not sent again", async () => {
    const id = await noted();
    server.disturb = ({method, path}) => (method === "POST" && path.endsWith("/jobs") ? "after" : undefined);
    expect((await startJob(workspace, id)).job.remote?.id).toBe("ftjob-0");
    const other = await noteJob(workspace, planOf(workspace, service, {name: "lost"}));
    server.disturb = ({method, path}) =>
      method === "POST" && path.endsWith("/jobs") ? {status: 503} : undefined;
    await expect(startJob(workspace, other.id)).rejects.toThrow(/not known whether openai took job lost-/);
    server.disturb = undefined;
    expect((await startJob(workspace, other.id)).how).toBe("started");
    expect(created()).toHaveLength(3);
    expect(server.jobs).toHaveLength(2);
    expect(server.files).toHaveLength(4);
  });

  it("is found by a file that is gone where a gateway drops the mark", async () => {
    const id = await noted();
    server.disturb = ({method, path}) =>
      (method === "POST" ? path.endsWith("/jobs") : path.includes("/jobs?")) && server.files.length > 0
        ? method === "POST"
          ? "after"
          : {status: 400}
        : undefined;
    await expect(startJob(workspace, id)).rejects.toThrow(/not known whether openai took job/);
    server.disturb = undefined;
    delete server.jobs[0]!.metadata;
    server.files.length = 0;
    expect((await startJob(workspace, id)).how).toBe("found");
    expect(created()).toHaveLength(1);
  });

  it("is sent with the files that its record tells of, although they were changed after a refusal", async () => {
    const id = await noted();
    server.disturb = ({method}) => (method === "POST" ? {status: 400} : undefined);
    await expect(startJob(workspace, id)).rejects.toThrow(/disturbed/);
    server.disturb = undefined;
    const [train, validation] = ["train.jsonl", "validation.jsonl"].map((name) =>
      join(jobDir(workspace, id), name)
    ) as [string, string];
    writeFileSync(train, "{}\n");
    rmSync(validation);
    await expect(startJob(workspace, id)).rejects.toThrow(
      /job answers-\w+ was not started: its train\.jsonl was changed since it was written, or is gone/
    );
    expect(await noted()).toBe(id);
    const {job} = await startJob(workspace, id);
    expect(server.files.map(({content}) => sha256(content))).toEqual(job.data.map((one) => one.sha256));
  });

  it("waits until a service that imports files has read them, and sends anew one that it could not read", async () => {
    const id = await noted();
    server.imports = ["pending", "running", "processed", "error"];
    await expect(startJob(workspace, id)).rejects.toThrow(
      "openai: the service could not read validation.jsonl: it does not say why."
    );
    expect(created()).toHaveLength(0);
    expect(server.files.map(({status}) => status)).toEqual(["processed", "error"]);
    server.imports = ["pending", "processed"];
    expect((await startJob(workspace, id)).how).toBe("started");
    expect(JSON.parse(created()[0]!.body)).toMatchObject({
      training_file: "file-0",
      validation_file: "file-2"
    });
    expect(server.files.map(({status}) => status)).toEqual(["processed", "error", "processed"]);
  });

  it("waits as a 429 asks, and gives up at once on a key that is refused", async () => {
    const id = await noted();
    let refused = 0;
    server.disturb = ({path}) =>
      path.includes("/jobs") && refused++ < 2
        ? {status: 429, headers: {"retry-after": "0.2"}, body: {error: {message: "slow down"}}}
        : undefined;
    const start = Date.now();
    expect((await startJob(workspace, id)).how).toBe("started");
    // A timer may be a millisecond early by this clock.
    expect(Date.now() - start).toBeGreaterThanOrEqual(390);
    server.disturb = () => ({
      status: 401,
      body: {error: {message: "Incorrect API key provided: sk-very-secret-key-1234567890"}}
    });
    const failure = await watchJob(workspace, id, {everyMs: 1}).catch((error: Error) => error.message);
    expect(failure).toMatch(/openai: The server answered 401/);
    expect(failure).not.toContain("very-secret");
  });

  it("keeps every status as it comes, those that nobody knows too, and every event once", async () => {
    const id = await noted();
    await startJob(workspace, id);
    const job = server.jobs[0]!;
    const event = (i: number) => ({
      id: `ftevent-${i}`,
      object: "fine_tuning.job.event",
      created_at: 1_800_000_000 + i,
      level: "info",
      message: `Step ${i}`,
      type: "metrics",
      data: {step: i, train_loss: 2 - i / 10},
      unheard_of: true
    });
    const looks: (() => void)[] = [
      () => server.events.push(event(0), event(1), event(2)),
      () => ((job.status = "warming_up_the_gpus"), server.events.push(event(3))),
      () => (job.status = "running"),
      () => {
        server.events.push(event(4), event(5), event(6));
        server.checkpoints.push({
          id: "ftckpt_1",
          created_at: 1_800_000_010,
          step_number: 5,
          fine_tuned_model_checkpoint: "ft:base:x:ckpt-step-5",
          metrics: {train_loss: 1.5}
        });
      },
      () => Object.assign(job, {status: "succeeded", fine_tuned_model: "ft:base:x", trained_tokens: 1234})
    ];
    const record = await watchJob(workspace, id, {everyMs: 1, onLook: () => looks.shift()?.()});
    expect(record.statuses.map(({status, outcome}) => [status, outcome])).toEqual([
      ["validating_files", undefined],
      ["warming_up_the_gpus", undefined],
      ["running", undefined],
      ["succeeded", "succeeded"]
    ]);
    expect(record.statuses[3]!.answer).toMatchObject({something_new: {since: 2027}, trained_tokens: 1234});
    const events = await readJobEvents(workspace, id);
    expect(events.map((one) => one.id)).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((i) => `ftevent-${i}`).concat("ftckpt_1")
    );
    expect(events[6]).toMatchObject({at: "2027-01-15T08:00:06.000Z", data: {step: 6}});
    // A watcher that was killed before it noted how far it had read.
    expect((await lookAt(workspace, id)).events).toEqual([]);
  });

  it("survives a server that is away while it is watched", async () => {
    const id = await noted();
    await startJob(workspace, id);
    let looks = 0;
    const said: string[] = [];
    server.disturb = ({path}) => {
      if (!path.endsWith("ftjob-0")) return undefined;
      looks++;
      if (looks === 2) return {status: 400, body: {error: {message: "odd"}}};
      if (looks === 4) server.jobs[0]!.status = "failed";
      return looks === 3 ? "drop" : undefined;
    };
    server.jobs[0]!.error = {code: "bad", message: "the file is odd"};
    const record = await watchJob(workspace, id, {everyMs: 1, onMessage: (text) => said.push(text)});
    expect(record.statuses.at(-1)).toMatchObject({
      status: "failed",
      outcome: "failed",
      detail: "the file is odd"
    });
    expect(said[0]).toMatch(/odd\. The job goes on; asking again/);
  });

  it("is cancelled at the service, and has nothing to collect then", async () => {
    const id = await noted();
    await startJob(workspace, id);
    await expect(collectJob(workspace, id)).rejects.toThrow(
      /validating_files: there is nothing to collect yet/
    );
    const {look} = await cancelJob(workspace, id);
    expect(look).toMatchObject({status: "cancelled", outcome: "cancelled"});
    expect((await readJob(workspace, id))!.cancelledAt).toBeDefined();
    await expect(collectJob(workspace, id)).rejects.toThrow(/is cancelled: there is nothing to collect\./);
  });

  it("becomes a model whose lineage leads to the split and the version", async () => {
    const id = await noted();
    await startJob(workspace, id);
    // Another estimate makes no other job.
    const tokens = {estimated: 120};
    expect((await noteJob(workspace, planOf(workspace, service, {tokens}))).id).toBe(id);
    Object.assign(server.jobs[0]!, {status: "succeeded", fine_tuned_model: "ft:base:x", trained_tokens: 99});
    const {job, model} = await collectJob(workspace, id);
    expect(job.tokens).toEqual({estimated: 110, usd: 0.33, trained: 99});
    expect(model).toMatchObject({
      name: "answers",
      architecture: "hosted",
      settings: {model: "ft:base:x", endpoint: {baseUrl: server.baseUrl}},
      training: {
        dataset: "questions",
        part: "train",
        rows: 12,
        rowsSha256: sha256("rows of train"),
        validation: {part: "validation", rows: 12, rowsSha256: sha256("rows of validation"), decided: []}
      },
      recipe: {method: "job at openai", source: id},
      metrics: {trainedTokens: 99}
    });
    expect((await collectJob(workspace, id)).model.id).toBe(model.id);
    expect((await readManifest(modelsDir(workspace), model.id)).id).toBe(model.id);
    const store = await openStore(workspace);
    try {
      expect(dataReaching(await storedLineage(store), `model:${model.id}`)).toMatchObject([
        {use: "trained", dataset: "questions", version: "0123456789abcdef", part: "train", rows: 12},
        {use: "checked", dataset: "questions", version: "0123456789abcdef", part: "validation", rows: 12}
      ]);
      expect(await store.rows("select name, statuses[1].status::varchar as s from jobs")).toHaveLength(1);
    } finally {
      store.close();
    }
  });

  it("says what it has no place for before anything is sent, and which key is missing", () => {
    const open = (apiKeyEnv: string) => openService({...service, apiKeyEnv} as ServiceSettings);
    const job = {base: "m", format: "openai", settings: {lora: {rank: 8}, rate: 1e-4}};
    expect(() => open("TEST_JOB_KEY").check(job)).toThrow(/no place for `rate`, `lora`/);
    open("NO_SUCH_KEY").check({...job, settings: {}});
    expect(() => open("NO_SUCH_KEY").checkKey!()).toThrow(UserError);
    expect(() => open("NO_SUCH_KEY").checkKey!()).toThrow(/^openai: it needs NO_SUCH_KEY in the environment/);
  });
});

describe("a service that does not tell all", () => {
  const sent = async () => {
    const id = await noted();
    await startJob(workspace, id);
    return id;
  };
  const fail = (status: number, which: RegExp) => {
    server.disturb = ({method, path}) => (method === "GET" && which.test(path) ? {status} : undefined);
  };

  it.each([405, 500])("of events (%i) has its jobs watched to their end and collected", async (status) => {
    const id = await sent();
    server.events.push({id: "e1", message: "begun"});
    fail(status, /\/events/);
    Object.assign(server.jobs[0]!, {status: "succeeded", fine_tuned_model: "ft:answers"});
    const said: string[] = [];
    const job = await watchJob(workspace, id, {everyMs: 5, onMessage: (text) => said.push(text)});
    expect(job.statuses.map((one) => one.status)).toEqual(["succeeded"]);
    expect(job.cursor).toBeUndefined();
    expect(said.join()).toMatch(/its events could not be read: openai: .*disturbed/);
    const asked = server.requests.filter(({path}) => path.includes("/events")).length;
    expect((await collectJob(workspace, id)).model.settings.model).toBe("ft:answers");
    expect(server.requests.filter(({path}) => path.includes("/events"))).toHaveLength(asked);
    server.disturb = undefined;
    expect((await lookAt(workspace, id)).events.map(({id: event}) => event)).toEqual(["e1"]);
  });

  it("says once in a watch that events cannot be read", async () => {
    const id = await sent();
    fail(405, /\/events/);
    const said: string[] = [];
    let looks = 0;
    await watchJob(workspace, id, {
      everyMs: 5,
      onMessage: (text) => said.push(text),
      onLook: () => {
        if (++looks === 3) server.jobs[0]!.status = "failed";
      }
    });
    expect(said).toHaveLength(1);
  });

  it("of a job's status is asked to end it all the same, and that is said", async () => {
    const id = await sent();
    fail(405, /\/fine_tuning\/jobs\/ftjob-0$/);
    await expect(cancelJob(workspace, id)).rejects.toThrow(
      /job answers-\w+ is asked to end, and how it stands cannot be told: openai: .*disturbed/
    );
    expect(server.jobs[0]!.status).toBe("cancelled");
    expect((await readJob(workspace, id))!.cancelledAt).toBeDefined();
  });

  it("of a job that was never started is not asked to end it", async () => {
    const id = await noted();
    fail(405, /./);
    await expect(cancelJob(workspace, id)).rejects.toThrow(/disturbed/);
    expect(server.requests.every(({method}) => method === "GET")).toBe(true);
  });
});

describe("a job whose folder vanished", () => {
  it("ends its watch with an error that says so", async () => {
    const id = await noted();
    await startJob(workspace, id);
    const onLook = () => rmSync(jobDir(workspace, id), {recursive: true});
    await expect(watchJob(workspace, id, {everyMs: 5, onLook})).rejects.toThrow(
      /the store has no job answers-\w+, or none any more/
    );
  });
});

describe("what a service says of a base", () => {
  it("is waited for no longer than its caller does, and asked for once", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const {port} = silent.address() as AddressInfo;
    const {offer} = openService({...service, baseUrl: `http://127.0.0.1:${port}/v1`} as ServiceSettings);
    const ending = new AbortController();
    setTimeout(() => ending.abort(), 100);
    await expect(offer!("base", ending.signal)).rejects.toThrow();
    silent.close();
    silent.closeAllConnections();
    fail500();
    expect(await openService(service).offer!("base")).toBeUndefined();
    expect(server.requests).toHaveLength(1);
  });
  const fail500 = () => void (server.disturb = () => ({status: 500}));
});

it("keeps a job's record for its owner alone", async () => {
  const id = await noted();
  expect(statSync(join(jobDir(workspace, id), "manifest.json")).mode & 0o777).toBe(0o600);
  await startJob(workspace, id);
  expect(statSync(join(jobDir(workspace, id), "manifest.json")).mode & 0o777).toBe(0o600);
});

import {mkdir, readdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {Redis} from "ioredis";
import {afterAll, afterEach, beforeAll, describe, expect, it, vi} from "vitest";
import {type Endpoint, openAICompatible} from "../../../src/inference/endpoints/index.js";
import {
  createSealing,
  drainQueue,
  type EndpointQueueStatus,
  openQueueLink,
  pauseQueue,
  queueAddress,
  queueExecutor,
  type QueueLink,
  type QueueStatus,
  queueStatus,
  resumeQueue,
  retryQueue,
  type RunningWorker,
  startWorker
} from "../../../src/evals/queue/index.js";
import {runKeys} from "../../../src/evals/queue/keys.js";
import {openJobSource} from "../../../src/evals/queue/server/jobQueue.js";
import {candidate, runEval} from "../../../src/evals/runner/index.js";
import {type Project, wordsEval, wordsProject} from "../runner/support/project.js";
import {type ModelServer, type ModelServerOptions, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {hasValkey, startValkey, type Valkey} from "./support/valkey.js";

const key = Buffer.alloc(32, 9).toString("base64");
const password = "queue-pass-5f2e";
const retries = {retries: 2, baseDelayMs: 5, maxDelayMs: 20};
const priced = {inputUsdPerMillion: 0, outputUsdPerMillion: 0, asOf: "2026-11-01", source: "its page"};
const planted = "sk-planted-1c9d7a52e8b04f36";

describe.skipIf(!hasValkey())("a run through a queue", () => {
  let valkey: Valkey;
  let project: Project;
  let workers: RunningWorker[] = [];
  let model: ModelServer;
  beforeAll(async () => {
    valkey = await startValkey({aof: true, password});
    process.env["PLANTED_KEY"] = planted;
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    await model?.close();
    project?.store.close();
  });
  afterAll(async () => {
    delete process.env["PLANTED_KEY"];
    await valkey.close();
  });

  const begin = async (
    options: ModelServerOptions = {},
    changes: Partial<Parameters<typeof openAICompatible>[0]> = {},
    {rows = 36, sealed = key, each = 8}: {rows?: number; sealed?: string; each?: number} = {}
  ) => {
    model = await startModelServer(options);
    project = await wordsProject(await temporaryProject(), rows, 0.9);
    const endpoint = openAICompatible({
      name: "loopback",
      baseUrl: model.url,
      hosting: "api",
      trust: "local",
      apiKeyEnv: "PLANTED_KEY",
      retries,
      ...changes
    });
    const reached = [{endpoint, model: "test-model"}];
    workers = await Promise.all(
      [0, 1].map(() =>
        startWorker(queueAddress(valkey.url), {reached, concurrency: each, sealing: createSealing(sealed)})
      )
    );
    return endpoint;
  };
  const run = async (endpoint: Endpoint, options = {}, signal?: AbortSignal) => {
    const link = await openQueueLink(queueAddress(valkey.url), {key});
    const evaluation = wordsEval(endpoint, {
      candidates: [candidate("one", endpoint, "test-model", {params: {max_tokens: 8}})]
    });
    try {
      return await runEval(evaluation, {
        ...project,
        evalName: "words",
        createExecutor: queueExecutor(link, new Set([endpoint])),
        options: {preflight: false, ...options},
        signal
      });
    } finally {
      link.close();
    }
  };

  it("shares its calls among workers, and leaves no key, password or prompt on the server", async () => {
    // Nothing is answered until both have begun calls: one of them alone fills its places and waits.
    let answer = () => {};
    const after = new Promise<void>((resolve) => (answer = resolve));
    const endpoint = await begin({behave: () => ({after})}, {}, {rows: 90, each: 4});
    const running = run(endpoint);
    await vi.waitFor(() => expect(Math.min(...workers.map((worker) => worker.calls))).toBeGreaterThan(0), {
      timeout: 15_000
    });
    answer();
    const {manifest, calls} = await running;
    expect(manifest!.status).toBe("complete");
    expect(workers.map((worker) => worker.calls).reduce((a, b) => a + b)).toBe(calls);
    expect(model.requests[0]!.headers["authorization"]).toBe(`Bearer ${planted}`);
    // The append-only file holds every write of the run.
    const log = await writes(valkey);
    expect(log).toContain(runKeys("").outcomes);
    for (const secret of [planted, password, key, "item 1 is", '"messages"'])
      expect(log).not.toContain(secret);
    const left = new Redis(valkey.url);
    const keys = await left.keys("*");
    left.disconnect();
    expect(keys.filter((name) => /^assay:\d+:(outcomes|messages|requests|run):/.test(name))).toEqual([]);
  });

  it("leaves to others what a worker has no place for", {tags: ["long"]}, async () => {
    let answer = () => {};
    const after = new Promise<void>((resolve) => (answer = resolve));
    const endpoint = await begin({behave: () => ({after})}, {}, {rows: 90, each: 2});
    await workers.pop()!.close();
    const running = run(endpoint, {concurrency: 4});
    await vi.waitFor(() => expect(workers[0]!.calls).toBe(2), {timeout: 15_000});
    await sleep(300);
    // A job holds nine requests here: the first fills its places.
    expect(workers[0]!.open).toBeLessThan(10);
    answer();
    expect((await running).manifest!.status).toBe("complete");
  });

  it("refuses personal rows without a key", async () => {
    const endpoint = await begin();
    project.version = {...project.version, sensitivity: "personal"};
    const link = await openQueueLink(queueAddress(valkey.url));
    const createExecutor = queueExecutor(link, new Set([endpoint]));
    await expect(
      runEval(wordsEval(endpoint), {
        ...project,
        evalName: "words",
        createExecutor,
        options: {preflight: false}
      })
    ).rejects.toThrow(/ASSAY_QUEUE_KEY/);
    link.close();
    expect(model.requests).toEqual([]);
  });

  it("keeps to requests a minute over all workers", {tags: ["long"]}, async () => {
    // 40 a second after a first second's worth.
    const endpoint = await begin({}, {limits: {requestsPerMinute: 2400}}, {rows: 112});
    const begun = performance.now();
    const {calls} = await run(endpoint);
    const seconds = (performance.now() - begun) / 1000;
    expect(calls).toBeGreaterThan(80);
    expect(calls).toBeLessThanOrEqual(40 + 1.02 * 40 * seconds);
  });

  it("spends no more than its budget, retries of all workers included", async () => {
    let asked = 0;
    const endpoint = await begin(
      {latencyMs: 5, behave: () => (asked++ % 3 === 0 ? {status: 500} : undefined)},
      {
        price: {
          inputUsdPerMillion: 1000,
          outputUsdPerMillion: 1000,
          asOf: "2027-01-06",
          source: "https://example.org/prices"
        }
      }
    );
    const {manifest} = await run(endpoint, {budgetUsd: 0.3});
    expect(manifest!.status).toBe("partial");
    expect(manifest!.costUsd).toBeGreaterThan(0.03);
    // 12 prompt tokens and 3 of the answer, at $0.001 each; what ended with 500 may have been billed, too.
    expect(manifest!.costUsd).toBeCloseTo(0.015 * manifest!.counts.completed, 9);
    expect(asked).toBeGreaterThan(manifest!.counts.completed);
    expect(asked * 0.015).toBeLessThanOrEqual(0.3);
  });

  it("keeps a budget by the project's price list, which workers do not know", async () => {
    const endpoint = await begin({latencyMs: 5});
    const folder = join(project.store.workspace.project, "prices");
    await mkdir(folder);
    const row = {model: "test-model", asOf: "2026-11-01", source: "a list"};
    await writeFile(
      join(folder, "own.json"),
      JSON.stringify({kind: "prices", prices: [{...row, inputPerMillion: 1000, outputPerMillion: 1000}]})
    );
    const {manifest} = await run(endpoint, {budgetUsd: 0.3});
    expect(manifest!.stopped).toMatch(/^budget: /);
    expect(manifest!.counts.completed).toBeGreaterThan(5);
    expect(model.requests.length * 0.015).toBeLessThanOrEqual(0.3);
  });

  it("makes each call with the key and the retries of its own eval, where another asks the same address otherwise", async () => {
    vi.stubEnv("ALPHA_KEY", "sk-alpha");
    vi.stubEnv("BETA_KEY", "sk-beta");
    const changes = {apiKeyEnv: "ALPHA_KEY", price: {...priced, outputUsdPerMillion: 1000}};
    const alpha = await begin(
      {behave: (_request, seen) => (seen === 0 ? {status: 503} : undefined)},
      changes
    );
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    const shared = {name: "loopback", baseUrl: model.url, hosting: "api", trust: "local"} as const;
    const reached = [
      alpha,
      openAICompatible({...shared, apiKeyEnv: "ALPHA_KEY", retries, price: priced}),
      openAICompatible({...shared, apiKeyEnv: "BETA_KEY", retries}),
      openAICompatible({...shared, apiKeyEnv: "ALPHA_KEY", retries: 0})
    ].map((endpoint) => ({endpoint, model: "test-model"}));
    workers = [
      await startWorker(queueAddress(valkey.url), {reached, concurrency: 8, sealing: createSealing(key)})
    ];
    const {manifest} = await run(alpha).finally(() => vi.unstubAllEnvs());
    expect(manifest!.counts).toMatchObject({failed: 0});
    expect(new Set(model.requests.map(({headers}) => headers["authorization"]))).toEqual(
      new Set(["Bearer sk-alpha"])
    );
    // Three tokens of an answer; the price that the worker goes by is 0.
    expect(manifest!.costUsd).toBeCloseTo(0.003 * manifest!.counts.completed, 9);
  });

  it("keeps what an endpoint without prices says that each answer cost", async () => {
    const served = await begin();
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    const endpoint: Endpoint = {
      ...served,
      price: undefined,
      complete: async (...asked) => ({...(await served.complete(...asked)), costUsd: 0.25})
    };
    const reached = [{endpoint, model: "test-model"}];
    workers = [
      await startWorker(queueAddress(valkey.url), {reached, concurrency: 8, sealing: createSealing(key)})
    ];
    const {manifest} = await run(endpoint);
    expect(manifest!.counts.completed).toBeGreaterThan(20);
    expect(manifest!.costUsd).toBeCloseTo(0.25 * manifest!.counts.completed, 9);
  });

  it("pauses, resumes and drains from outside", async () => {
    const endpoint = await begin({latencyMs: 10});
    const link = await openQueueLink(queueAddress(valkey.url), {key});
    expect((await queueStatus(link)).queues.filter(({workers: n}) => n === 2)).toHaveLength(1);
    await pauseQueue(link);
    const running = run(endpoint);
    const sent = ({runs, queues}: QueueStatus) => runs === 1 && queues.some(({waiting}) => waiting > 0);
    await vi.waitUntil(async () => sent(await queueStatus(link)), {timeout: 30_000});
    expect(model.requests.length).toBe(0);
    await resumeQueue(link);
    while (model.requests.length < 5) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await drainQueue(link)).toBe(1);
    const {manifest} = await running;
    link.close();
    expect(manifest!.status).toBe("partial");
    expect(manifest!.counts.completed).toBe(model.requests.length);
  });

  it("pauses endpoints that nobody has used before", {tags: ["long"]}, async () => {
    const link = await openQueueLink(queueAddress(valkey.url), {key});
    await link.redis.call("FLUSHALL");
    expect(await pauseQueue(link)).toBe(0);
    expect(await queueStatus(link)).toMatchObject({paused: true, queues: []});
    const endpoint = await begin();
    const running = run(endpoint);
    await vi.waitUntil(async () => (await queueStatus(link)).queues.some(({active}) => active > 0), {
      timeout: 30_000
    });
    await sleep(700);
    expect(model.requests).toEqual([]);
    await resumeQueue(link);
    const {manifest} = await running;
    expect((await queueStatus(link)).paused).toBe(false);
    link.close();
    expect(manifest!.status).toBe("complete");
  });

  it(
    "gives no sixth worker a job that five died of, and goes on when it is tried again",
    {tags: ["long"]},
    async () => {
      const endpoint = await begin();
      await Promise.all(workers.splice(0).map((worker) => worker.close()));
      const link = await openQueueLink(queueAddress(valkey.url), {key});
      const running = run(endpoint);
      const name = await vi.waitUntil(
        async () => (await queueStatus(link)).queues.find(({waiting}) => waiting > 1)?.queue,
        {timeout: 30_000}
      );
      const queueNow = async () => (await queueStatus(link)).queues.find(({queue}) => queue === name)!;
      const begun = () =>
        startWorker(queueAddress(valkey.url), {
          reached: [{endpoint, model: "test-model"}],
          concurrency: 8,
          sealing: createSealing(key)
        });
      const dead = await takenBy(5, link, name);
      workers = [await begun()];
      const isAllThatIsLeft = ({failed, waiting, active}: EndpointQueueStatus) =>
        failed === 1 && waiting + active === 0;
      await vi.waitUntil(async () => isAllThatIsLeft(await queueNow()), {timeout: 30_000});
      await workers.pop()!.close();
      expect(await retryQueue(link)).toBe(1);
      dead.push(...(await takenBy(1, link, name)));
      workers = [await begun()];
      const {manifest, calls} = await running;
      link.close();
      expect(new Set(dead).size).toBe(1);
      expect(manifest!.status).toBe("complete");
      expect(model.requests.length).toBe(calls);
    }
  );

  it("says at the worker, too, that its key is refused, once for a run", {tags: ["long"]}, async () => {
    const endpoint = await begin({behave: () => ({status: 401, body: {error: {message: "wrong key"}}})});
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    const said: string[] = [];
    workers = [
      await startWorker(queueAddress(valkey.url), {
        reached: [{endpoint, model: "test-model"}],
        concurrency: 8,
        sealing: createSealing(key),
        onMessage: (message) => void said.push(message)
      })
    ];
    const {manifest} = await run(endpoint);
    expect(manifest!.stopped).toMatch(
      /^loopback refused the key: .*wrong key.* the key of a worker, whose output says so\.$/
    );
    const refusal = expect.stringMatching(/^loopback refused the key: .*wrong key/);
    expect(said).toEqual([refusal]);
    await run(endpoint);
    expect(said).toEqual([refusal, refusal]);
  });

  it(
    "says that the server's memory is full, and goes on when it is started again",
    {tags: ["long"]},
    async () => {
      // More than are sent ahead; what comes after some waits until the memory is full.
      let answer = () => {};
      const after = new Promise<void>((resolve) => (answer = resolve));
      const behave = () => (model.requests.length > 20 ? {after} : {});
      const endpoint = await begin({behave}, {}, {rows: 560});
      const server = new Redis(valkey.url);
      const stopped = expect(run(endpoint)).rejects.toThrow(
        /^the run stopped: redis:.* its memory is full\. .* is kept; start it again to continue\.$/
      );
      await vi.waitUntil(() => model.requests.length > 20, {timeout: 30_000, interval: 1});
      await server.config("SET", "maxmemory", "1");
      answer();
      await stopped;
      await server.config("SET", "maxmemory", "0");
      server.disconnect();
      const {manifest} = await run(endpoint);
      expect(manifest!.status).toBe("complete");
      // What the two workers had in flight then may be asked again.
      expect(model.requests.length).toBeLessThanOrEqual(manifest!.counts.planned + 2 * 8);
    }
  );

  it("says what is wrong with an address without repeating its password", () => {
    expect(queueAddress(`redis://me:${password}@host:7000/2`).shown).toBe("redis://host:7000/2");
    for (const wrong of [`http://me:${password}@host`, `me:${password}@host:1`, ""])
      try {
        queueAddress(wrong);
        expect.unreachable();
      } catch (error) {
        expect((error as Error).message).not.toContain(password);
      }
  });

  it("says that no server answers, or that it refuses the password", async () => {
    await expect(openQueueLink(queueAddress("redis://127.0.0.1:1"))).rejects.toThrow(
      /no Valkey or Redis server answers at redis:\/\/127.0.0.1:1 .*ECONNREFUSED/
    );
    const refused = openQueueLink(queueAddress(valkey.url.replace(password, "wrong-one")));
    await expect(refused).rejects.toThrow(/WRONGPASS/);
    await expect(refused).rejects.not.toThrow(/wrong-one/);
  });
});

/** The jobs that workers took which died one after the other: the first of the queue, each time. */
async function takenBy(deaths: number, {redis}: QueueLink, queue: string): Promise<string[]> {
  const dying = await openJobSource(redis, queue, 100);
  // A worker with longer locks has looked for dead ones: until its next look nobody else does.
  await redis.call("DEL", dying.toKey("stalled-check"));
  const taken: string[] = [];
  try {
    while (taken.length < deaths) {
      const job = await dying.getNextJob(`dying ${taken.length}`, {block: false});
      taken.push(job!.id!);
      await vi.waitUntil(async () => (await job!.getState()) === "waiting", {timeout: 15_000});
    }
    return taken;
  } finally {
    await dying.close(true);
  }
}

async function writes({folder}: Valkey): Promise<string> {
  const logs = join(folder, "appendonlydir");
  await mkdir(logs, {recursive: true});
  const texts = await Promise.all((await readdir(logs)).map((name) => readFile(join(logs, name), "latin1")));
  return texts.join("\n");
}

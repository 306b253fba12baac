import {Queue} from "bullmq";
import {spawn} from "node:child_process";
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {Redis} from "ioredis";
import {afterAll, beforeAll, beforeEach, describe, expect, it, vi} from "vitest";
import {type Endpoint, openAICompatible} from "../../src/inference/endpoints/index.js";
import {createSealing, queueAddress, type RunningWorker, startWorker} from "../../src/evals/queue/index.js";
import {HEARTBEATS, JOBS, queueKeys, QUEUES, requestsKey, runKeys} from "../../src/evals/queue/keys.js";
import {PEERS} from "../../src/evals/queue/peers.js";
import {hasValkey, startValkey, type Valkey} from "../evals/queue/support/valkey.js";
import {queuedRun} from "../evals/queue/support/queuedRun.js";
import {type Project, wordsProject} from "../evals/runner/support/project.js";
import {assay} from "../support/assay.js";
import {assayHere, definitionFile} from "../support/assayHere.js";
import {compiled} from "../support/compiledEngine.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {expectClear} from "./support.js";

const ROWS = 40;

interface Found {
  redis: Redis;
  queue: string;
  /** Adds a job as another program, or another release, may. */
  job(id: string, data: unknown, body?: string): Promise<unknown>;
}

describe.skipIf(!hasValkey())("a run through a queue that holds what nobody of Assay wrote", () => {
  let valkey: Valkey;
  let redis: Redis;
  let model: ModelServer;
  let endpoint: Endpoint;
  let worker: RunningWorker;
  let name: string;
  beforeAll(async () => {
    valkey = await startValkey();
    redis = new Redis(valkey.url);
    model = await startModelServer({});
    endpoint = openAICompatible({
      name: "loopback",
      baseUrl: model.url,
      hosting: "on-prem",
      trust: "local",
      retries: {retries: 2, baseDelayMs: 5, maxDelayMs: 20}
    });
  });
  beforeEach(async () => {
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await Promise.all([valkey.close(), model.close()]);
  });

  const data = {
    run: "others",
    generation: "s:0",
    concurrency: 8,
    limits: {},
    adaptive: true,
    asksBeforeRetry: false
  };
  const jobs: [content: unknown, body?: string][] = [
    [{}],
    ["calls"],
    [data],
    [data, '[{"key": "k", "mod'],
    [data, "null"],
    [data, "{}"],
    [data, "[1, 2]"],
    [data, '[{"key": "k", "model": "m"}]'],
    [data, `"${"x".repeat(2e7)}"`],
    [data, "[".repeat(20_000)],
    [data, Buffer.alloc(400, 5).toString("base64")]
  ];
  type Planted = [what: string, write: (found: Found) => Promise<unknown>];
  const limits: Planted[] = [
    ["limits that are no JSON", ({redis, queue}) => redis.set(queueKeys(queue).limits, "{")],
    ["limits that are null", ({redis, queue}) => redis.set(queueKeys(queue).limits, "null")],
    ["limits of another type", ({redis, queue}) => redis.rpush(queueKeys(queue).limits, "x")],
    ["limits of texts", ({redis, queue}) => redis.set(queueKeys(queue).limits, '{"limit": "a", "round": 1}')],
    [
      "limits that pause for a century",
      ({redis, queue}) =>
        redis.set(
          queueKeys(queue).limits,
          '{"limit": 8, "size": 8, "round": {}, "decreasedAt": 0, "pausedUntil": "never"}'
        )
    ]
  ];
  const others: Planted[] = [
    ["calls in flight of another type", ({redis, queue}) => redis.set(queueKeys(queue).inFlight, "x")],
    [
      "calls in flight of nobody",
      ({redis, queue}) => redis.hset(queueKeys(queue).inFlight, "nobody", "many")
    ],
    ["workers that are a text", ({redis, queue}) => redis.set(queueKeys(queue).workers, "x")],
    [
      "heartbeats that are a text, and peers that are none",
      async ({redis}) => {
        await redis.set(HEARTBEATS, "x");
        await redis.hset(
          PEERS,
          "worker:x",
          "{",
          "coordinator:y",
          "null",
          "coordinator:z",
          "[]",
          "other",
          "1"
        );
      }
    ],
    [
      "jobs of no use",
      async ({job}) => {
        for (const [i, [content, body]] of jobs.entries()) await job(`useless-${i}`, content, body);
      }
    ]
  ];
  // No two of a case lie under one key.
  const cases = limits.map((one, i): Planted => {
    const other = others[i]!;
    return [`${one[0]}, and ${other[0]}`, (found) => Promise.all([one[1](found), other[1](found)])];
  });

  it.each(cases)("is complete beside %s", async (_name, write) => {
    const project: Project = await wordsProject(await temporaryProject(), ROWS);
    const start = () =>
      startWorker(queueAddress(valkey.url), {
        reached: ["test-model", "test-model-2"].map((one) => ({endpoint, model: one})),
        concurrency: 8,
        sealing: createSealing(undefined)
      });
    worker = await start();
    [name] = (await redis.hkeys(QUEUES)) as [string];
    const queue = new Queue(name, {connection: {url: valkey.url} as never, prefix: JOBS});
    await write({
      redis,
      queue: name,
      async job(id, value, body) {
        if (body !== undefined) await redis.set(requestsKey(id), body);
        return queue.add("calls", value, {jobId: id});
      }
    });
    try {
      const {manifest} = await queuedRun(project, valkey.url, endpoint);
      expect(manifest!.status).toBe("complete");
      expect(manifest!.counts.failed).toBe(0);
      const left = () => queue.getJobCountByTypes("active", "wait", "failed");
      await vi.waitUntil(async () => (await left()) === 0, {timeout: 8000});
    } finally {
      await queue.close();
      await worker.close();
      project.store.close();
    }
  });

  it("is complete though messages and outcomes of others come in between", async () => {
    const project = await wordsProject(await temporaryProject(), ROWS);
    worker = await startWorker(queueAddress(valkey.url), {
      reached: ["test-model", "test-model-2"].map((one) => ({endpoint, model: one})),
      concurrency: 2,
      sealing: createSealing(undefined)
    });
    const noise = [
      "",
      "{",
      "null",
      "[]",
      "5",
      '{"type": "acknowledged", "keys": 5}',
      '{"type": "ended", "keys": null}',
      '{"type": "retryAnswer", "question": {}}',
      '{"type": "toString"}',
      "{}"
    ];
    let runs = 0;
    const timer = setInterval(() => {
      void (async () => {
        for (const key of await redis.keys(runKeys("*").record)) {
          runs++;
          const run = runKeys(key.slice(runKeys("").record.length));
          for (const word of noise) {
            await redis.publish(run.channel, word);
            await redis.rpush(run.messages, word);
            await redis.hset(run.outcomes, `noise ${word}`, word);
          }
        }
      })();
    }, 20);
    try {
      const {manifest} = await queuedRun(project, valkey.url, endpoint);
      expect(manifest!.status).toBe("complete");
      expect(manifest!.counts.failed).toBe(0);
      expect(runs).toBeGreaterThan(0);
    } finally {
      clearInterval(timer);
      await worker.close();
      project.store.close();
    }
  });
});

describe.skipIf(!hasValkey())("`assay worker` and `assay run --queue`, as commands", () => {
  let valkey: Valkey;
  let project: string;
  let writeEval: (text: string) => Promise<string>;
  beforeAll(async () => {
    valkey = await startValkey({password: "right-5f2e9c"});
    project = await temporaryProject();
    writeEval = definitionFile(join(project, "evals"), "words.eval.ts");
    for (const folder of ["data-loaders", "evals"]) mkdirSync(join(project, folder));
    writeFileSync(join(project, "package.json"), '{"type": "module"}');
  });
  afterAll(() => valkey.close());

  const engine = JSON.stringify(compiled("bundle/index.js"));
  const here = `import {candidate, defineEval, exactMatch, recorded} from ${engine};
export default defineEval({dataset: "words", split: {strategy: "random"}, prompt: "{{text}}", expected: "label",
  candidates: [candidate("one", recorded({name: "answers", rows: [{id: "w0", output: "a"}]}), "m")], scorers: {exact: exactMatch}});`;

  it.each<[string, string | undefined, string[], RegExp]>([
    ["a project without evals", undefined, ["worker", "redis://h"], /has no eval that could be loaded/],
    ["an eval that is torn", "export default {", ["worker", "redis://h"], /has no eval that could be loaded/],
    ["evals that call no server", here, ["worker", "redis://h"], /has no endpoint that it can call/],
    ["no address", here, ["worker"], /which queue\?/],
    ["no address of a run", here, ["run", "--queue"], /which queue\?/],
    ["an address that is none", here, ["run", "--queue", "http://h"], /begins with "http:"/]
  ])("say what is wrong: %s", async (_name, text, words, says) => {
    if (text !== undefined) await writeEval(text);
    const {code, stderr} = await assayHere(project, ...words);
    expectClear(stderr.trim(), says);
    expect(code).toBe(1);
  });

  it.each<[string, string[], RegExp]>([
    ["nobody at the address", ["run", "--queue", "redis://127.0.0.1:1"], /ECONNREFUSED/],
    ["a wrong password", ["queue", "status", "WRONG"], /WRONGPASS/],
    ["no password", ["queue", "drain", "NONE"], /NOAUTH|password/]
  ])("end, and say what is wrong: %s", async (_name, words, says) => {
    await writeEval(here);
    const addresses: Record<string, string> = {
      WRONG: valkey.url.replace("right-5f2e9c", "wrong-77ab01"),
      NONE: valkey.url.replace(":right-5f2e9c@", "")
    };
    const ended = await assay(project, ...words.map((word) => addresses[word] ?? word));
    expectClear(ended.stderr.trim(), says);
    expect(ended.stdout + ended.stderr).not.toMatch(/right-5f2e9c|wrong-77ab01/);
    expect(ended.code).toBe(1);
  });

  it("a worker ends on Ctrl-C, soon and without its server, and repeats no password", async () => {
    const model = await startModelServer({});
    const own = await startValkey({password: "right-5f2e9c"});
    writeFileSync(
      join(project, "evals", "words.eval.ts"),
      `import {candidate, defineEval, exactMatch, openAICompatible} from ${engine};
const endpoint = openAICompatible({name: "loopback", baseUrl: ${JSON.stringify(model.url)}, hosting: "on-prem", trust: "local"});
export default defineEval({dataset: "words", split: {strategy: "random"}, prompt: "{{text}}", expected: "label",
  candidates: [candidate("one", endpoint, "test-model")], scorers: {exact: exactMatch}});`
    );
    try {
      for (const isGone of [false, true]) {
        const child = spawn(process.execPath, [compiled("bundle/main.js"), "worker", own.url], {
          cwd: project
        });
        let said = "";
        for (const stream of [child.stdout, child.stderr])
          stream.on("data", (text: Buffer) => (said += text.toString()));
        const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
        await vi.waitUntil(() => said.includes("Ctrl-C ends it"), {timeout: 20_000});
        if (isGone) await own.kill();
        const since = performance.now();
        child.kill("SIGINT");
        expect(await ended).toBe(0);
        expect(performance.now() - since).toBeLessThan(10_000);
        expect(said).toContain("0 calls made");
        expect(said).not.toContain("right-5f2e9c");
      }
    } finally {
      await Promise.all([own.close(), model.close()]);
    }
  }, 90_000);
});

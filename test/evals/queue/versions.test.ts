// @module-tag long
import {setTimeout as sleep} from "node:timers/promises";
import {Redis} from "ioredis";
import {afterAll, afterEach, beforeAll, describe, expect, it, vi} from "vitest";
import {assayVersion} from "../../../src/cli/project/version.js";
import {
  createSealing,
  openQueueLink,
  type PeerVersion,
  PROTOCOL,
  queueAddress,
  queueExecutor,
  type QueueLink,
  startWorker
} from "../../../src/evals/queue/index.js";
import {QUEUES} from "../../../src/evals/queue/keys.js";
import {PEERS} from "../../../src/evals/queue/peers.js";
import {runEval, type RunResult} from "../../../src/evals/runner/index.js";
import {type Project, server, wordsEval, wordsProject} from "../runner/support/project.js";
import {assay} from "../../support/assay.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {writeWordsEval} from "./support/evalFile.js";
import {hasValkey, startValkey, type Valkey} from "./support/valkey.js";

const next: PeerVersion = {protocol: PROTOCOL + 1, release: "9.9.0"};
const NEXT = `queue protocol ${PROTOCOL + 1} \\(Assay 9\\.9\\.0\\)`;

describe.skipIf(!hasValkey())("a worker with another protocol than its run", () => {
  let valkey: Valkey;
  let model: ModelServer;
  let folder: string;
  let project: Project;
  let redis: Redis;
  let messages: string[] = [];
  let stop = new AbortController();
  let link: QueueLink;
  let running: Promise<RunResult>;
  let after: Promise<void> | undefined;
  beforeAll(async () => {
    [valkey, model] = await Promise.all([startValkey(), startModelServer({behave: () => ({after})})]);
    redis = new Redis(valkey.url);
    folder = await temporaryProject();
    project = await wordsProject(folder, 20);
    await writeWordsEval(folder, model.url);
  });
  afterEach(async () => {
    stop.abort();
    await running;
    link.close();
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    project.store.close();
    await Promise.all([valkey.close(), model.close()]);
  });

  const begin = async (version: PeerVersion) => {
    const endpoint = server(model.url);
    messages = [];
    stop = new AbortController();
    link = await openQueueLink(queueAddress(valkey.url), {version});
    running = runEval(wordsEval(endpoint), {
      ...project,
      evalName: "words",
      createExecutor: queueExecutor(link, new Set([endpoint])),
      options: {preflight: false, noReuse: true},
      effects: {onMessage: (text) => void messages.push(text)},
      signal: stop.signal
    });
  };
  const start = (version: PeerVersion) =>
    startWorker(queueAddress(valkey.url), {
      reached: [{endpoint: server(model.url), model: "test-model"}],
      concurrency: 8,
      sealing: createSealing(undefined),
      version
    });
  const own = {protocol: PROTOCOL};

  it("is refused when it starts, and both sides say which protocols and releases they have", async () => {
    await begin(next);
    await vi.waitUntil(async () => (await redis.hlen(PEERS)) === 1, {timeout: 30_000});
    const {code, stderr} = await assay(folder, "worker", valkey.url);
    const release = assayVersion().replaceAll(".", "\\.");
    const OWN = `queue protocol ${PROTOCOL} \\(Assay ${release}\\)`;
    expect(stderr).toMatch(
      new RegExp(`this worker is refused: it has ${OWN}, and the run at redis:.* has ${NEXT}\\. Install`)
    );
    expect(code).toBe(1);
    const said = new RegExp(`^worker w\\w+ is refused: it has ${OWN}, and this run has ${NEXT}\\. Install`);
    await vi.waitUntil(() => messages.some((text) => said.test(text)), {timeout: 30_000});
    expect(messages.filter((text) => text.includes("is refused"))).toHaveLength(1);
  });

  it("ends when such a run begins", async () => {
    const worker = assay(folder, "worker", valkey.url);
    await vi.waitUntil(async () => (await redis.hlen(PEERS)) === 1, {timeout: 30_000});
    const answer = hold();
    await begin(next);
    await sleep(2500);
    answer();
    const {code, stderr} = await worker;
    expect(stderr).toMatch(new RegExp(`takes calls for local .*this worker is refused: .*${NEXT}`, "s"));
    expect(code).toBe(1);
  });

  it("goes on while one of its runs has its own protocol", async () => {
    const answer = hold();
    const worker = await start(own);
    await begin(own);
    await vi.waitUntil(() => worker.calls > 0, {timeout: 30_000});
    await addPeer("coordinator:other");
    await sleep(2500);
    answer();
    expect((await running).manifest!.status).toBe("complete");
    expect((await worker.refused).message).toMatch(new RegExp(NEXT));
    await worker.close();
  });

  it("does not mind runs of other queues, and runs that are silent", async () => {
    const worker = await start(own);
    await addPeer("coordinator:elsewhere", {queues: ["other-0123456789ab"]});
    await addPeer("coordinator:silent", {at: (await seconds()) * 1000 - 20_000});
    await begin(own);
    expect((await running).manifest!.status).toBe("complete");
    await expect(Promise.race([worker.refused, sleep(2500, "goes on")])).resolves.toBe("goes on");
    await worker.close();
    expect(messages.filter((text) => text.includes("is refused"))).toEqual([]);
  });

  /** The model answers nothing until the function is called. */
  const hold = () => {
    let answer = () => {};
    after = new Promise<void>((resolve) => (answer = resolve));
    return () => answer();
  };
  const seconds = async () => Number((await redis.time())[0]);
  /** A peer with the next protocol on the queue that is in use. */
  const addPeer = async (field: string, changes: object = {}) => {
    const entry = {...next, queues: await redis.hkeys(QUEUES), at: (await seconds()) * 1000, ...changes};
    await redis.hset(PEERS, field, JSON.stringify(entry));
  };
});

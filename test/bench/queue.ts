import {type ChildProcess, spawn} from "node:child_process";
import {once} from "node:events";
import {readFileSync} from "node:fs";
import {createInterface} from "node:readline";
import {parseArgs} from "node:util";
import {openAICompatible} from "../../src/endpoints/index.js";
import {openQueueLink, queueAddress, queueExecutor} from "../../src/queue/index.js";
import {type CallRequest, createPool, type Executor} from "../../src/runner/index.js";
import {startValkey} from "../queue/support/valkey.js";

/**
 * How calls through a queue grow with 1, 2 and 4 workers, each with `-j` 8, at endpoints of 20 to 200 ms; and `--soak N`
 * requests at 0 ms through three workers beside the pool of one process, with the memory of all. `--seconds` for
 * each figure, 6 unless told.
 */
const {values} = parseArgs({
  options: {seconds: {type: "string", default: "6"}, soak: {type: "string", default: "0"}}
});
const seconds = Number(values.seconds);
const EACH = 8;
const main = (path: string) => new URL(path, import.meta.url).pathname;
const children: ChildProcess[] = [];

const script = async (path: string, ...words: string[]): Promise<{child: ChildProcess; said: string}> => {
  const child = spawn(process.execPath, ["--import", "tsx", main(path), ...words], {
    stdio: ["ignore", "pipe", "inherit"]
  });
  children.push(child);
  const [said] = (await once(createInterface(child.stdout!), "line")) as [string];
  return {child, said};
};

const valkey = await startValkey();
const link = await openQueueLink(queueAddress(valkey.url));
try {
  for (const latency of [20, 50, 200]) {
    const {child: server, said: port} = await script(
      "../support/modelServerMain.ts",
      "--latency",
      String(latency)
    );
    const endpoint = endpointAt(port);
    const workers: ChildProcess[] = [];
    let alone: number | undefined;
    for (const count of [1, 2, 4]) {
      while (workers.length < count)
        workers.push((await script("../queue/support/workerMain.ts", valkey.url, urlAt(port))).child);
      const most = EACH * count;
      const requests = Math.ceil((most / latency) * 1000 * seconds);
      const queued = queueExecutor(
        link,
        new Set([endpoint])
      )({
        endpoints: new Map([["one", endpoint]]),
        concurrency: most
      });
      const rate = await rateOf(queued, requests);
      alone ??= rate;
      const pool = await rateOf(
        createPool({endpoints: new Map([["one", endpoint]]), concurrency: most}),
        requests
      );
      console.log(
        `${latency} ms, ${count} workers of -j ${EACH}: ${rate.toFixed(0)} calls/s, ${(rate / count / alone).toFixed(2)} per worker of one worker's; in one process with -j ${most} ${pool.toFixed(0)} calls/s`
      );
    }
    for (const child of [...workers, server]) child.kill("SIGKILL");
  }
  if (Number(values.soak) > 0) await soak(Number(values.soak));
} finally {
  for (const child of children) child.kill("SIGKILL");
  link.close();
  await valkey.close();
}

async function soak(requests: number): Promise<void> {
  const {child: server, said: port} = await script("../support/modelServerMain.ts", "--latency", "0");
  const endpoint = endpointAt(port);
  const workers = await Promise.all(
    [0, 1, 2].map(() => script("../queue/support/workerMain.ts", valkey.url, urlAt(port)))
  );
  const memory = () =>
    [process.pid, ...workers.map(({child}) => child.pid!)].map((pid) => `${megabytes(pid)} MB`).join(", ");
  const endpoints = new Map([["one", endpoint]]);
  let next = requests / 5;
  const rate = await rateOf(
    queueExecutor(link, new Set([endpoint]))({endpoints, concurrency: 24}),
    requests,
    (done) => {
      if (done < next) return;
      next += requests / 5;
      console.log(`${done} calls: coordinator and workers ${memory()}`);
    }
  );
  const pool = await rateOf(createPool({endpoints, concurrency: 24}), Math.min(requests, 50_000));
  console.log(`0 ms, 3 workers: ${rate.toFixed(0)} calls/s; in one process ${pool.toFixed(0)} calls/s`);
  for (const {child} of [...workers, {child: server}]) child.kill("SIGKILL");
}

async function rateOf(
  executor: Executor,
  requests: number,
  onDone?: (done: number) => void
): Promise<number> {
  const begun = performance.now();
  let done = 0;
  for await (const batch of executor.execute(stream(requests))) {
    done += batch.length;
    for (const {error} of batch) if (error) throw new Error(error.message);
    onDone?.(done);
  }
  return (1000 * done) / (performance.now() - begun);
}

async function* stream(requests: number): AsyncGenerator<CallRequest> {
  for (let i = 0; i < requests; i++)
    yield {
      key: `k${i}`,
      candidate: "one",
      endpoint: "local",
      model: "test-model",
      messages: [{role: "user", content: `Is ticket ${i} about billing, or about something else entirely?`}],
      rowId: `row ${i}`,
      repeat: 0,
      estimateTokens: 20
    };
}

function urlAt(port: string): string {
  return `http://127.0.0.1:${port}`;
}

/** As `server` of test/runner/support/project.ts, which the workers name. */
function endpointAt(port: string) {
  return openAICompatible({
    name: "local",
    baseUrl: urlAt(port),
    hosting: "on-prem",
    trust: "local",
    retries: {retries: 2, baseDelayMs: 5, maxDelayMs: 20}
  });
}

function megabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

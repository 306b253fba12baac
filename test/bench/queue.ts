import {execFile} from "node:child_process";
import {availableParallelism, devNull} from "node:os";
import {fileURLToPath} from "node:url";
import {parseArgs, promisify} from "node:util";
import {openQueueLink, queueAddress, queueExecutor} from "../../src/evals/queue/index.js";
import {createPool} from "../../src/evals/runner/index.js";
import {startValkey} from "../evals/queue/support/valkey.js";
import {endAll, megabytes, processorMs, rateOf, startedServer, startedWorker} from "./queueProcesses.js";

/**
 * How calls through a queue grow with 1, 2 and 4 workers, each with `-j` 8, at endpoints of 20 and 200 ms, and what each
 * part spends on a call: `--seconds` for each figure, 6 unless told. `--soak`: `--requests` (1,000,000) at 0 ms through three
 * workers beside the pool of one process and a bare loop, with the memory of all, for at most `--minutes` (10).
 */
const {values} = parseArgs({
  options: {
    seconds: {type: "string", default: "6"},
    soak: {type: "boolean", default: false},
    requests: {type: "string", default: "1000000"},
    minutes: {type: "string", default: "10"}
  }
});
const EACH = 8;
const cores = availableParallelism();
const valkey = await startValkey();
const link = await openQueueLink(queueAddress(valkey.url));
try {
  if (values.soak) await soak(Number(values.requests), Number(values.minutes));
  else for (const latency of [20, 200]) await scale(latency, Number(values.seconds));
} finally {
  endAll();
  link.close();
  await valkey.close();
}

async function scale(latency: number, seconds: number): Promise<void> {
  const {child: server, url, endpoint} = await startedServer(latency);
  const endpoints = new Map([["one", endpoint]]);
  const workers: number[] = [];
  let alone: number | undefined;
  for (const count of [1, 2, 4]) {
    while (workers.length < count) workers.push((await startedWorker(valkey.url, url)).pid!);
    const concurrency = EACH * count;
    const requests = Math.ceil((concurrency / latency) * 1000 * seconds);
    const queued = () => queueExecutor(link, new Set([endpoint]))({endpoints, concurrency});
    await rateOf(queued(), Math.ceil(requests / 10));
    const pids = [...workers, process.pid, valkey.pid!, server.pid!];
    const before = pids.map(processorMs);
    const rate = await rateOf(queued(), requests);
    const spent = pids.map((pid, i) => (processorMs(pid) - before[i]!) / requests);
    alone ??= rate;
    const pool = await rateOf(createPool({endpoints, concurrency}), requests);
    const all = sum(spent);
    const worker = sum(spent.slice(0, count));
    const [coordinator, queue] = spent.slice(count) as [number, number];
    console.log(
      `${latency} ms, ${count} workers of -j ${EACH}: ${rate.toFixed(0)} calls/s, ${(rate / count / alone).toFixed(2)} per worker of one worker's; in one process with -j ${concurrency} ${pool.toFixed(0)} calls/s`
    );
    console.log(
      `  processor time of a call: worker ${worker.toFixed(2)} ms, coordinator ${coordinator.toFixed(2)}, Valkey ${queue.toFixed(2)}, all with the server ${all.toFixed(2)}; ${cores} cores of this alone would give ${((1000 * cores) / all).toFixed(0)} calls/s`
    );
  }
  for (const pid of [...workers, server.pid!]) process.kill(pid, "SIGKILL");
}

async function soak(requests: number, minutes: number): Promise<void> {
  const {url, endpoint} = await startedServer(0);
  const workers = await Promise.all([0, 1, 2].map(() => startedWorker(valkey.url, url)));
  const pids = [process.pid, ...workers.map(({pid}) => pid!)];
  const endpoints = new Map([["one", endpoint]]);
  const concurrency = 24;
  const begun = performance.now();
  const stopped = new AbortController();
  const every = requests / 20;
  let next = 0;
  let ended = 0;
  const queued = queueExecutor(link, new Set([endpoint]))({endpoints, concurrency});
  const rate = await rateOf(
    {execute: (stream) => queued.execute(stream, {signal: stopped.signal})},
    requests,
    (done) => {
      ended = done;
      const seconds = (performance.now() - begun) / 1000;
      if (seconds > 60 * minutes) stopped.abort();
      if (done < next) return;
      next += every;
      const [coordinator, ...others] = pids.map(megabytes);
      console.log(
        `${done} calls after ${seconds.toFixed(0)} s: coordinator ${coordinator} MB, workers ${others.join(", ")} MB, Valkey ${megabytes(valkey.pid!)} MB`
      );
    }
  );
  const pool = await rateOf(createPool({endpoints, concurrency}), Math.min(requests, 50_000));
  const floor = await bareLoop(url, concurrency, Math.min(requests, 50_000));
  console.log(
    `${ended} calls at 0 ms through 3 workers: ${rate.toFixed(0)} calls/s; in one process ${pool.toFixed(0)} calls/s; a bare loop, with texts of 400 letters, ${floor.toFixed(0)} calls/s`
  );
}

/** Calls a second of the loop that `bench:run` takes for the floor. */
async function bareLoop(url: string, concurrency: number, calls: number): Promise<number> {
  const script = fileURLToPath(new URL("run/floorWorker.js", import.meta.url));
  const input = {url, calls, concurrency, out: devNull};
  const {stdout} = await promisify(execFile)(process.execPath, [script, JSON.stringify(input)]);
  return calls / (JSON.parse(stdout) as {seconds: number}).seconds;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

import {type ChildProcess, spawn} from "node:child_process";
import {once} from "node:events";
import {readFileSync} from "node:fs";
import {createInterface} from "node:readline";
import {type Endpoint, openAICompatible} from "../../src/inference/endpoints/index.js";
import type {CallRequest, Executor} from "../../src/evals/runner/index.js";

const main = (path: string) => new URL(path, import.meta.url).pathname;
const children: ChildProcess[] = [];

/** Starts a script of the tests as a process and gives its first line. */
export async function started(
  path: string,
  ...words: string[]
): Promise<{child: ChildProcess; said: string}> {
  const child = spawn(process.execPath, ["--import", "tsx", main(path), ...words], {
    stdio: ["ignore", "pipe", "inherit"]
  });
  children.push(child);
  const [said] = (await once(createInterface(child.stdout!), "line")) as [string];
  return {child, said};
}

export async function startedServer(latencyMs: number) {
  const {child, said} = await started("../support/modelServerMain.ts", "--latency", String(latencyMs));
  const url = `http://127.0.0.1:${said}`;
  return {child, url, endpoint: endpointAt(url)};
}

export const startedWorker = async (valkey: string, url: string) =>
  (await started("../evals/queue/support/workerMain.ts", valkey, url)).child;

export function endAll(): void {
  for (const child of children) child.kill("SIGKILL");
}

/** As `server` of test/evals/runner/support/project.ts, which the workers name. */
function endpointAt(baseUrl: string): Endpoint {
  return openAICompatible({
    name: "local",
    baseUrl,
    hosting: "on-prem",
    trust: "local",
    retries: {retries: 2, baseDelayMs: 5, maxDelayMs: 20}
  });
}

/** Calls a second of an executor; `onDone` is told how many have ended. */
export async function rateOf(
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

/** Processor time that a process has used, in milliseconds. */
export function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

export function megabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

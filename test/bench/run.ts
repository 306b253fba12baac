import {type ChildProcess, execFile, spawn} from "node:child_process";
import {once} from "node:events";
import {mkdtemp, rm} from "node:fs/promises";
import {cpus, tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {parseArgs, promisify} from "node:util";
import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {openStore} from "../../src/base/store/index.js";

/**
 * What the runner costs beside a bare loop over the same HTTP client:
 * `npm run bench:run [-- --rows 1000,10000 --latency 20 --no-build]`. Every start is a process of its own on the
 * compiled engine, bundled as commands are; the server is another. Prints a Markdown table for docs/benchmarks.md.
 */
const {values} = parseArgs({
  options: {
    rows: {type: "string", default: "1000,10000,100000"},
    latency: {type: "string", default: "0,20"},
    concurrency: {type: "string", default: "64"},
    "no-build": {type: "boolean"}
  }
});
const concurrency = Number(values.concurrency);
const run = promisify(execFile);
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

interface Figures {
  seconds: number;
  cpuSeconds: number;
  peakRssMb: number;
  calls: number;
  unchanged?: boolean;
  counts?: {completed: number; reused: number; scored: number};
}

if (!values["no-build"]) await run(process.execPath, [path("../../scripts/build.js")]);
const bundled = path("../../node_modules/.cache/bench");
const {bundle} = (await import(path("../../scripts/bundle.js"))) as {
  bundle(lib: string, folder: string, entryPoints: Record<string, string>): Promise<void>;
};
await bundle(path("../../lib"), bundled, {evalWorker: path("run/evalWorker.js")});
const folder = await mkdtemp(join(tmpdir(), "assay-bench-"));
const lines: string[] = [];
const print = (line: string) => {
  lines.push(line);
  console.log(line);
};
try {
  console.log(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, two candidates, concurrency ${concurrency}\n`
  );
  print("| rows | latency | | calls/s | seconds | of the floor's rate | CPU s | peak RSS MB |");
  print("| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |");
  for (const rows of values.rows.split(",").map(Number)) {
    const project = await makeProject(rows);
    for (const latency of values.latency.split(",").map(Number)) {
      const {server, url} = await startServer(latency);
      try {
        const floor = await worker("floorWorker.js", {
          url,
          calls: rows * 2,
          concurrency,
          out: join(folder, "floor.ndjson")
        });
        row(rows, latency, "bare loop", floor, floor);
        const begin = {project, url, concurrency};
        const first = await worker("evalWorker.js", {...begin, evalName: `bench-${latency}`});
        row(rows, latency, "assay run", first, floor);
        if (latency === 0) continue;
        row(
          rows,
          latency,
          "the same again",
          await worker("evalWorker.js", {...begin, evalName: `bench-${latency}`})
        );
        row(
          rows,
          latency,
          "another eval, all completions reused",
          await worker("evalWorker.js", {...begin, evalName: "other"})
        );
        row(
          rows,
          latency,
          "one more scorer, all completions reused",
          await worker("evalWorker.js", {...begin, evalName: "other", contains: true})
        );
      } finally {
        server.kill();
      }
    }
    await rm(project, {recursive: true, force: true});
  }
} finally {
  await rm(folder, {recursive: true, force: true});
}

function row(rows: number, latency: number, what: string, figures: Figures, floor?: Figures): void {
  const {seconds, cpuSeconds, peakRssMb, calls} = figures;
  const share = floor && floor !== figures ? `${Math.round((100 * floor.seconds) / seconds)}%` : "";
  print(
    `| ${rows.toLocaleString("en")} × 2 | ${latency} ms | ${what} | ${calls ? Math.round(calls / seconds).toLocaleString("en") : "no calls"} | ${seconds.toFixed(2)} | ${share} | ${cpuSeconds.toFixed(2)} | ${Math.round(peakRssMb)} |`
  );
}

async function worker(name: string, input: object): Promise<Figures> {
  const file = name === "evalWorker.js" ? join(bundled, name) : path(`run/${name}`);
  const {stdout} = await run(process.execPath, [file, JSON.stringify(input)]);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Figures;
}

async function startServer(latency: number): Promise<{server: ChildProcess; url: string}> {
  const server = spawn(
    process.execPath,
    ["--import", "tsx", path("../support/modelServerMain.ts"), "--latency", String(latency)],
    {stdio: ["ignore", "pipe", "inherit"]}
  );
  const [port] = (await once(server.stdout!, "data")) as [Buffer];
  return {server, url: `http://127.0.0.1:${port.toString().trim()}`};
}

async function makeProject(rows: number): Promise<string> {
  const project = join(folder, `rows-${rows}`);
  const store = await openStore(project);
  const {version} = await pull(
    store.workspace,
    defineDataset({
      name: "rows",
      source: {
        kind: "rows",
        *rows() {
          for (let n = 0; n <= rows; n++)
            yield {
              id: `r${n}`,
              text: `message ${n} `.padEnd(400, "lorem ipsum dolor sit amet "),
              label: n % 3 ? "ok" : "no",
              part: n < rows ? "test" : "train"
            };
        }
      },
      id: "id",
      text: "text",
      label: "label"
    })
  );
  await ensureSplit(store, version, {strategy: "given", column: "part"});
  store.close();
  return project;
}

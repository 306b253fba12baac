import {execFile} from "node:child_process";
import {mkdir, mkdtemp, rm, stat} from "node:fs/promises";
import {cpus, tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {parseArgs, promisify} from "node:util";
import {openDatabase, sqlString} from "../../src/base/store/index.js";

/**
 * What a version costs beside a plain copy of the same rows, or with `--pii` what a scan for personal data does (pii.ts):
 * `npm run bench:data [-- --rows 10000000 --format parquet,jsonl --dir /big/disk --no-build]`. Every step is a process of its own on the
 * compiled engine. Prints a Markdown table for docs/benchmarks.md.
 */
const {values} = parseArgs({
  options: {
    rows: {type: "string", default: "10000000"},
    format: {type: "string", default: "parquet,jsonl"},
    dir: {type: "string", default: tmpdir()},
    "no-build": {type: "boolean"},
    pii: {type: "boolean"}
  }
});
if (values.pii) {
  await (await import("./pii.js")).main();
  process.exit();
}
const rows = Number(values.rows);
const run = promisify(execFile);
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

interface Figures {
  seconds: number;
  cpuSeconds: number;
  peakRssMb: number;
  [more: string]: unknown;
}

if (!values["no-build"]) await run(process.execPath, [path("../../scripts/build.js")]);
const folder = await mkdtemp(join(values.dir, "assay-bench-data-"));
try {
  console.log(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${rows.toLocaleString("en")} rows\n`
  );
  console.log("| source | step | seconds | of the copy's speed | CPU s | peak RSS MB |");
  console.log("| --- | --- | ---: | ---: | ---: | ---: |");
  for (const format of values.format.split(",")) {
    const first = join(folder, `first.${format}`);
    const second = join(folder, `second.${format}`);
    await generate(first, format, 0);
    await generate(second, format, 1);
    const size = `${format}, ${((await stat(first)).size / 1e9).toFixed(2)} GB`;
    const project = join(folder, `project-${format}`);
    await mkdir(join(project, "data-loaders"), {recursive: true});
    const step = (name: string, input: object) =>
      run(process.execPath, [
        path("data/dataWorker.js"),
        JSON.stringify({step: name, format, project, ...input})
      ]).then(({stdout}) => JSON.parse(stdout.trim().split("\n").at(-1)!) as Figures);
    const copy = await step("copy", {file: first, out: join(folder, "copy.parquet")});
    print(size, "plain DuckDB COPY to Parquet", copy);
    print(size, "assay pull", await step("pull", {file: first}), copy);
    print(size, "the same again: unchanged", await step("pull", {file: first}), copy);
    print(size, "a second version: 1% new, 1% gone, 1% changed", await step("pull", {file: second}), copy);
    print(size, "assay diff of the two", await step("diff", {}));
    await rm(project, {recursive: true, force: true});
    await rm(first);
    await rm(second);
  }
} finally {
  await rm(folder, {recursive: true, force: true});
}

function print(source: string, what: string, figures: Figures, copy?: Figures): void {
  const share = copy ? `${Math.round((100 * copy.seconds) / figures.seconds)}%` : "";
  console.log(
    `| ${source} | ${what} | ${figures.seconds.toFixed(1)} | ${share} | ${figures.cpuSeconds.toFixed(1)} | ${Math.round(figures.peakRssMb)} |`
  );
}

/** Support mails: about 200 bytes of text, a label, numbers and a time. The second state differs in 3% of its rows. */
async function generate(file: string, format: string, state: 0 | 1): Promise<void> {
  const db = await openDatabase({tmpDir: folder, memoryLimit: "1GB"});
  const options = format === "parquet" ? "format parquet" : "format json";
  const moved = Math.floor(rows / 100) * state;
  await db.run("set preserve_insertion_order = false");
  await db.run(
    `copy (select 'mail-' || i as id,
       'Customer ' || md5(i::varchar) || ' wrote about order ' || md5((i * 7)::varchar) || case when ${state} = 1 and i % 100 = 50 then ' again' else '' end || ' and asks for a refund' as text,
       'label-' || (i % 17) as label, (i * 37 % 1000) / 10.0 as amount, 'thread-' || (i // 4) as thread,
       timestamp '2026-01-01' + to_seconds(i) as received
     from range(${moved}, ${rows + moved}) t(i)) to ${sqlString(file)} (${options})`
  );
  db.close();
}

import {existsSync} from "node:fs";
import {mkdir, open, rename, rm, statfs} from "node:fs/promises";
import {availableParallelism} from "node:os";
import {dirname, join, resolve} from "node:path";
import {UserError} from "../store/errors.js";
import {flushFolder, readJson, writeJsonAtomic} from "../store/files.js";
import {sha256File} from "../store/hash.js";
import {type JobResult, type PlacedJob, type TensorJob} from "./engine/job.js";
import {type Work} from "./engine/runJob.js";
import {runAll} from "./engine/run.js";
import {type HashedFile} from "./hashes.js";
import {buildFolder} from "./buildFolder.js";
import {METHODS} from "./methods/index.js";
import {type MergeOptions} from "./options.js";
import {type Plan} from "./plan/plan.js";
import {planShards, type Shard} from "./safetensors/shards.js";

/** What `execute` made: finished shards in the build folder and what was learnt on the way. */
export interface Produced {
  folder: string;
  plan: Shard[];
  shards: HashedFile[];
  results: Map<string, JobResult>;
  resumed: number;
  bytesRead: number;
  bytesWritten: number;
}

interface FinishedShard {
  file: HashedFile;
  results: JobResult[];
}

/** Elementwise methods may share a large tensor among threads. */
const PIECE = 1 << 23;

/**
 * Makes every shard in the build folder beside `out`. A shard gets its name, and its record, only when it is
 * complete and flushed; shards that an earlier start of the same merge finished are kept.
 */
export async function execute(plan: Plan, fingerprint: string, options: MergeOptions): Promise<Produced> {
  const folder = buildFolder(options.out);
  const shards = planShards(
    plan.jobs.map(({name, out, shape}) => ({name, dtype: out, shape})),
    options.shardSize
  );
  const finished = await takeUp(folder, fingerprint, shards);
  const missing = shards.filter(({name}) => !finished.has(name));
  await checkDisk(options.out, missing);
  const jobs = new Map(plan.jobs.map((job) => [job.name, job]));
  const work: Work[] = [];
  for (const shard of missing)
    work.push(...(await prepare(shard, shards.indexOf(shard), folder, jobs, options)));
  try {
    await runShards(work, shards, finished, folder, options);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOSPC") throw cause;
    throw new UserError(
      `The disk of ${options.out} is full. Free some and start the merge again: it continues after its last finished shard.`,
      {cause}
    );
  }
  const all = shards.map(({name}) => finished.get(name)!);
  const results = all.flatMap((shard) => shard.results);
  await refuseNonFinite(results, folder, options);
  return {
    folder,
    plan: shards,
    shards: all.map(({file}) => file),
    results: new Map(results.map((result) => [result.name, result])),
    resumed: shards.length - missing.length,
    bytesRead: results.reduce((sum, {bytesRead}) => sum + bytesRead, 0),
    bytesWritten: results.reduce((sum, {bytesWritten}) => sum + bytesWritten, 0)
  };
}

/** Opens the build folder, keeping the finished shards of the same merge and nothing else. */
async function takeUp(
  folder: string,
  fingerprint: string,
  shards: readonly Shard[]
): Promise<Map<string, FinishedShard>> {
  const finished = new Map<string, FinishedShard>();
  const state = await readJson<{fingerprint: string}>(join(folder, "state.json")).catch(() => undefined);
  if (state?.fingerprint !== fingerprint) {
    await rm(folder, {recursive: true, force: true});
    await mkdir(folder, {recursive: true});
    await writeJsonAtomic(join(folder, "state.json"), {fingerprint});
    return finished;
  }
  for (const {name} of shards) {
    const record = await readJson<FinishedShard>(join(folder, `${name}.json`)).catch(() => undefined);
    const path = join(folder, name);
    if (record && existsSync(path) && (await sha256File(path)) === record.file.sha256)
      finished.set(name, record);
  }
  return finished;
}

async function checkDisk(out: string, missing: readonly Shard[]): Promise<void> {
  const {bavail, bsize} = await statfs(dirname(resolve(out)));
  const needed = missing.reduce((sum, {bytes}) => sum + bytes, 0);
  const free = bavail * bsize;
  if (needed > free)
    throw new UserError(
      `The merge needs ${megabytes(needed)} on the disk of ${out}, which has ${megabytes(free)} free. Free some, or choose another folder.`
    );
}

/** Threads a merge uses: starting them is not worth it for small results. */
export function threadsFor(outputBytes: number, asked?: number): number {
  return asked ?? (outputBytes < 64e6 ? 1 : Math.min(4, availableParallelism()));
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

async function prepare(
  shard: Shard,
  index: number,
  folder: string,
  jobs: ReadonlyMap<string, TensorJob>,
  {sample = 1 << 18}: MergeOptions
): Promise<Work[]> {
  const file = join(folder, `${shard.name}.partial`);
  const handle = await open(file, "w");
  try {
    await handle.write(shard.head, 0, shard.head.byteLength, 0);
    await handle.truncate(shard.bytes);
  } finally {
    await handle.close();
  }
  const pieces = shard.entries.flatMap(({name, offset}) => {
    const placed = {job: jobs.get(name)!, shard: index, file, offset};
    return split(placed).map((piece, k) => ({placed: piece, sample: k === 0 ? sample : 0}));
  });
  const size = ({placed: {job}}: Work) =>
    job.range ? job.range[1] - job.range[0] : job.shape.reduce((a, b) => a * b, 1);
  return pieces.sort((a, b) => size(b) - size(a));
}

function split(placed: PlacedJob): PlacedJob[] {
  const {job} = placed;
  const count = job.shape.reduce((product, size) => product * size, 1);
  if (count <= PIECE || !METHODS[job.method]?.elementwise) return [placed];
  const pieces = Math.ceil(count / PIECE);
  return Array.from({length: pieces}, (_, k) => ({
    ...placed,
    job: {...job, range: [k * PIECE, Math.min(count, (k + 1) * PIECE)] as const}
  }));
}

async function runShards(
  work: readonly Work[],
  shards: readonly Shard[],
  finished: Map<string, FinishedShard>,
  folder: string,
  options: MergeOptions
): Promise<void> {
  const left = new Map<number, number>();
  for (const {placed} of work) left.set(placed.shard, (left.get(placed.shard) ?? 0) + 1);
  const collected = new Map<number, Map<string, JobResult>>();
  const totalBytes = shards.reduce((sum, {bytes}) => sum + bytes, 0);
  const totalTensors = shards.reduce((sum, {entries}) => sum + entries.length, 0);
  const started = performance.now();
  const already = [...finished.values()];
  let bytes = already.reduce((sum, {file}) => sum + file.bytes, 0);
  let tensors = already.reduce((sum, {results}) => sum + results.length, 0);
  const before = bytes;
  const report = () => {
    const seconds = (performance.now() - started) / 1000;
    const rate = (bytes - before) / seconds;
    options.onProgress?.({
      tensors,
      totalTensors,
      bytes,
      totalBytes,
      seconds,
      ...(rate > 0 && {secondsLeft: Math.max(0, totalBytes - bytes) / rate})
    });
  };
  report();
  const threads = threadsFor(totalBytes, options.threads);
  await runAll(work, {
    threads,
    ...(options.signal && {signal: options.signal}),
    async onResult(index, result) {
      const {shard} = work[index]!.placed;
      const results = collected.get(shard) ?? new Map<string, JobResult>();
      collected.set(shard, results);
      if (!results.has(result.name)) tensors++;
      results.set(result.name, joined(results.get(result.name), result));
      bytes += result.bytesWritten;
      report();
      left.set(shard, left.get(shard)! - 1);
      if (left.get(shard) === 0) {
        const {name} = shards[shard]!;
        finished.set(name, await finish(folder, name, [...results.values()]));
      }
    }
  });
}

function joined(a: JobResult | undefined, b: JobResult): JobResult {
  if (!a) return b;
  const analysis = a.analysis ?? b.analysis;
  return {
    name: a.name,
    nonFinite: a.nonFinite + b.nonFinite,
    squares: a.squares + b.squares,
    bytesRead: a.bytesRead + b.bytesRead,
    bytesWritten: a.bytesWritten + b.bytesWritten,
    ...(analysis && {analysis})
  };
}

async function finish(folder: string, name: string, results: JobResult[]): Promise<FinishedShard> {
  const partial = join(folder, `${name}.partial`);
  const handle = await open(partial, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  const sha256 = await sha256File(partial);
  const {size} = await open(partial).then(async (file) => {
    try {
      return await file.stat();
    } finally {
      await file.close();
    }
  });
  const shard: FinishedShard = {file: {path: name, bytes: size, sha256}, results};
  await rename(partial, join(folder, name));
  await flushFolder(folder);
  await writeJsonAtomic(join(folder, `${name}.json`), shard);
  return shard;
}

async function refuseNonFinite(
  results: readonly JobResult[],
  folder: string,
  {allowNonFinite}: MergeOptions
): Promise<void> {
  const bad = results.filter(({nonFinite}) => nonFinite > 0);
  if (bad.length === 0 || allowNonFinite) return;
  await rm(folder, {recursive: true, force: true});
  const shown = bad.slice(0, 5).map(({name, nonFinite}) => `${name} (${nonFinite})`);
  throw new UserError(
    `The result holds NaN or infinite values in ${bad.length} tensor${bad.length === 1 ? "" : "s"}: ${shown.join(", ")}${bad.length > 5 ? ", …" : ""}. Check the parents and the weights, or allow such values.`
  );
}

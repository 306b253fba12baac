import {existsSync} from "node:fs";
import {readdir, rm, statfs} from "node:fs/promises";
import {availableParallelism} from "node:os";
import {dirname, join, resolve} from "node:path";
import {UserError} from "../../base/validation/errors.js";
import {isDiskFull, refusedByMachine} from "../../base/system/machineError.js";
import {readJson, writeJsonAtomic, makeFolder} from "../../base/system/files.js";
import {sha256File} from "../../base/system/hash.js";
import type {TensorJobResult} from "./engine/job.js";
import type {JobWork} from "./engine/runJob.js";
import {runAll} from "./engine/run.js";
import {usualSample} from "./engine/sample.js";
import type {HashedFile} from "./hashes.js";
import {buildFolder, refuseNonFinite} from "./outFolder.js";
import type {MergeOptions} from "./options.js";
import type {MergePlan} from "./plan/plan.js";
import {planShards, type Shard} from "../safetensors/shards.js";
import {type FinishedShard, ShardFile} from "./shardFile.js";
import {workBytes, workList} from "./workList.js";

/** What `execute` made: finished shards in the build folder and what was learnt on the way. */
export interface Produced {
  folder: string;
  plan: Shard[];
  shards: HashedFile[];
  results: Map<string, TensorJobResult>;
  resumed: number;
  bytesRead: number;
  bytesWritten: number;
}

/**
 * Makes every shard in the build folder beside `out`. A shard gets its name, and its record, only when it is
 * complete and flushed; shards that an earlier start of the same merge finished are kept.
 */
export async function execute(
  plan: MergePlan,
  fingerprint: string,
  options: MergeOptions
): Promise<Produced> {
  const folder = buildFolder(options.out);
  const shards = planShards(
    plan.jobs.map(({name, out, shape}) => ({name, dtype: out, shape})),
    options.shardSize
  );
  const finished = await takeUp(folder, fingerprint, shards);
  const missing = shards.filter(({name}) => !finished.has(name));
  await checkDisk(options.out, missing);
  const jobs = new Map(plan.jobs.map((job) => [job.name, job]));
  const files = new Map<number, ShardFile>();
  const work: JobWork[] = [];
  const sample = options.sample ?? usualSample(plan.jobs);
  for (const shard of missing) {
    const index = shards.indexOf(shard);
    const file = new ShardFile(folder, shard);
    files.set(index, file);
    const pieces = workList(shard, {index, file: file.path, sample}, jobs);
    for (const piece of pieces) work.push(piece);
  }
  try {
    for (const file of files.values()) await file.create();
    await runShards(work, shards, files, finished, options);
  } catch (cause) {
    if (!isDiskFull(cause)) throw cause;
    throw new UserError(
      `${refusedByMachine(cause, options.out)} The merge continues after its last finished shard: what is finished is kept in ${folder}.`,
      {cause}
    );
  }
  const all = shards.map(({name}) => finished.get(name)!);
  const results = all.flatMap((shard) => shard.results);
  refuseNonFinite(results, options, folder);
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
    await makeFolder(folder);
    await writeJsonAtomic(join(folder, "state.json"), {fingerprint});
    return finished;
  }
  for (const {name} of shards) {
    const record = await readJson<FinishedShard>(join(folder, `${name}.json`)).catch(() => undefined);
    const path = join(folder, name);
    if (record && existsSync(path) && (await sha256File(path)) === record.file.sha256)
      finished.set(name, record);
  }
  // What was half-written when the last start was killed would be taken for a file of the model.
  const kept = new Set(["state.json", ...[...finished.keys()].flatMap((name) => [name, `${name}.json`])]);
  for (const name of await readdir(folder))
    if (!kept.has(name)) await rm(join(folder, name), {recursive: true, force: true});
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

async function runShards(
  work: readonly JobWork[],
  shards: readonly Shard[],
  files: ReadonlyMap<number, ShardFile>,
  finished: Map<string, FinishedShard>,
  options: MergeOptions
): Promise<void> {
  const left = new Map<number, number>();
  for (const {placed} of work) left.set(placed.shard, (left.get(placed.shard) ?? 0) + 1);
  const collected = new Map<number, Map<string, TensorJobResult>>();
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
      bytesPerSecond: rate > 0 ? rate : undefined,
      secondsLeft: rate > 0 ? Math.max(0, totalBytes - bytes) / rate : undefined
    });
  };
  report();
  const threads = threadsFor(totalBytes, options.threads);
  const running = runAll(work, {
    threads,
    signal: options.signal,
    async onResult(index, result) {
      const {placed} = work[index]!;
      const {shard} = placed;
      const file = files.get(shard)!;
      file.written(...workBytes(placed));
      const results = collected.get(shard) ?? new Map<string, TensorJobResult>();
      collected.set(shard, results);
      if (!results.has(result.name)) tensors++;
      results.set(result.name, joined(results.get(result.name), result));
      bytes += result.bytesWritten;
      report();
      left.set(shard, left.get(shard)! - 1);
      if (left.get(shard) === 0) finished.set(shards[shard]!.name, await file.finish([...results.values()]));
    }
  });
  await running.finally(() => Promise.all([...files.values()].map((file) => file.close())));
}

function joined(a: TensorJobResult | undefined, b: TensorJobResult): TensorJobResult {
  if (!a) return b;
  const analysis = a.analysis ?? b.analysis;
  return {
    name: a.name,
    nonFinite: a.nonFinite + b.nonFinite,
    squares: a.squares + b.squares,
    bytesRead: a.bytesRead + b.bytesRead,
    bytesWritten: a.bytesWritten + b.bytesWritten,
    analysis
  };
}

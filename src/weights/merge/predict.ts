import {max} from "d3-array";
import {existsSync} from "node:fs";
import {mkdtemp, open, rm, statfs} from "node:fs/promises";
import {tmpdir} from "node:os";
import {dirname, join, resolve} from "node:path";
import {ThreadFiles} from "./engine/files.js";
import type {TensorJob} from "./engine/job.js";
import {rowMapBytes} from "./engine/rowMap.js";
import {runJob} from "./engine/runJob.js";
import {BLOCK, ThreadBuffers} from "./engine/scratch.js";
import {threadsFor} from "./execute.js";
import {METHODS} from "./methods/index.js";
import type {MergeOptions} from "./options.js";
import type {MergePlan} from "./plan/plan.js";
import {tensorBytes} from "../safetensors/header.js";

const outputBytes = ({out, shape}: TensorJob) => tensorBytes(out, shape);
const elements = ({shape}: TensorJob) => shape.reduce((product, size) => product * size, 1);

/** What a merge will need: sizes in bytes, and seconds judged from one tensor merged on this machine. */
export interface MergePrediction {
  outputBytes: number;
  freeBytes: number;
  readBytes: number;
  peakMemoryBytes: number;
  seconds: number;
}

/** Predicts disk, memory and time. Writes one tensor of the result to the temporary folder, and removes it. */
export async function predict(plan: MergePlan, options: Partial<MergeOptions>): Promise<MergePrediction> {
  const total = plan.jobs.reduce((sum, job) => sum + outputBytes(job), 0);
  const threads = threadsFor(total, options.threads);
  const {secondsPerByte, readPerByte} = await timeOne(plan.jobs);
  const folder = existingParent(resolve(options.out ?? "."));
  const {bavail, bsize} = await statfs(folder);
  return {
    outputBytes: total,
    freeBytes: bavail * bsize,
    readBytes: Math.round(readPerByte * total),
    peakMemoryBytes: peakMemory(plan.jobs, threads),
    seconds: (secondsPerByte * total) / threads
  };
}

function existingParent(path: string): string {
  return existsSync(path) ? path : existingParent(dirname(path));
}

/** Merges one typical tensor into a scratch file to learn how fast this machine and method are. */
async function timeOne(jobs: readonly TensorJob[]): Promise<{secondsPerByte: number; readPerByte: number}> {
  const sized = [...jobs].sort((a, b) => elements(b) - elements(a));
  const job = sized.find((candidate) => elements(candidate) <= 1 << 22) ?? sized.at(-1);
  const bytes = job ? outputBytes(job) : 0;
  if (!job || bytes === 0) return {secondsPerByte: 0, readPerByte: 0};
  const folder = await mkdtemp(join(tmpdir(), "assay-merge-check-"));
  const files = new ThreadFiles();
  const scratch = new ThreadBuffers();
  try {
    const file = join(folder, "tensor");
    await (await open(file, "w")).close();
    const started = performance.now();
    const placed = {job, shard: 0, file, offset: 0};
    const {bytesRead} = runJob({placed, sample: 0}, files, scratch, () => false);
    return {secondsPerByte: (performance.now() - started) / 1000 / bytes, readPerByte: bytesRead / bytes};
  } finally {
    files.close();
    scratch.release();
    await rm(folder, {recursive: true, force: true});
  }
}

/** An idle process with its threads, and every thread's blocks for the tensor that needs the most. */
function peakMemory(jobs: readonly TensorJob[], threads: number): number {
  const needed = jobs.map((job) => {
    const method = METHODS[job.method];
    const block = Math.max(BLOCK, method?.elementwise === false ? (job.shape.at(-1) ?? 1) : 0);
    const tables = job.inputs.reduce((sum, {rows}) => sum + (rows ? rowMapBytes(rows) : 0), 0);
    return (3 * job.inputs.length + 6) * block * 4 + 400_000 + tables;
  });
  return 80e6 + threads * (25e6 + (max(needed) ?? 0));
}

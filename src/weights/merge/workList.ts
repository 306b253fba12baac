import type {PlacedJob, TensorJob} from "./engine/job.js";
import type {JobWork} from "./engine/runJob.js";
import {METHODS} from "./methods/index.js";
import {tensorBytes} from "../safetensors/header.js";
import type {Shard} from "../safetensors/shards.js";

/** Elementwise methods may share a large tensor among threads, so many elements each time. */
const PIECE = 1 << 23;

/**
 * The pieces of work of one shard, in the order of the file so that its beginning is complete first. Large tensors
 * that one thread makes alone go before them, the largest first, or threads would wait for the last one.
 */
export function workList(
  shard: Shard,
  {index, file, sample}: {index: number; file: string; sample: number},
  jobs: ReadonlyMap<string, TensorJob>
): JobWork[] {
  const pieces = shard.entries.flatMap(({name, offset}) => {
    const placed = {job: jobs.get(name)!, shard: index, file, offset};
    return split(placed).map((piece, k) => ({placed: piece, sample: k === 0 ? sample : 0}));
  });
  const large = pieces.filter(({placed: {job}}) => sizeOf(job) > PIECE);
  large.sort((a, b) => sizeOf(b.placed.job) - sizeOf(a.placed.job));
  return [...large, ...pieces.filter((piece) => !large.includes(piece))];
}

/** Where in the file a piece of work writes. */
export function workBytes({job, offset}: PlacedJob): [start: number, end: number] {
  const [from, to] = job.range ?? [0, elementsOf(job)];
  return [offset + tensorBytes(job.out, [from]), offset + tensorBytes(job.out, [to])];
}

function elementsOf({shape}: TensorJob): number {
  return shape.reduce((product, size) => product * size, 1);
}

function sizeOf(job: TensorJob): number {
  return job.range ? job.range[1] - job.range[0] : elementsOf(job);
}

function split(placed: PlacedJob): PlacedJob[] {
  const {job} = placed;
  const count = elementsOf(job);
  if (count <= PIECE || !METHODS[job.method]?.elementwise) return [placed];
  return Array.from({length: Math.ceil(count / PIECE)}, (_, k) => ({
    ...placed,
    job: {...job, range: [k * PIECE, Math.min(count, (k + 1) * PIECE)] as const}
  }));
}

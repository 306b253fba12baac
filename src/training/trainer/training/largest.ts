import type {Batch} from "../batch.js";
import type {LanguageConfig} from "../config.js";
import {microBatch, planBatches} from "./batches.js";
import type {MarkedAnswer, TrainingData, TrainingJob} from "./job.js";
import {partsOf} from "./lanes.js";
import {pairRows} from "./pairs.js";
import {type LabelledBatch, paddedRows, type TokenExample} from "./rows.js";
import {lengthsOf} from "./session.js";
import {IGNORED, type Targets, targetsOf} from "./targets.js";

/** What one lane computes at once. */
export interface LanePart {
  batch: Batch;
  targets: Targets;
}

/** Sizes of a part: its rows, all as long as the longest, and the tokens that are learned. */
interface Size {
  rows: number;
  length: number;
  learned: number;
}

interface Sized extends Size {
  /** The rows of examples it is made of. */
  members: number[][];
}

/** So many rows are looked at, which takes a fraction of a second; of an epoch with more, all. */
const MOST_ROWS = 100_000;
/** How many of the largest by estimate are planned, beside that of the most tokens and that of the most pairs of tokens. */
const PLANNED = 2;

/**
 * For each lane those of its parts, over the steps of a training, that may take the most memory. A lane keeps what its largest part
 * took, in whichever step. Of a training that sees very many rows its first epochs have to do.
 */
export function largestParts(job: TrainingJob, config: LanguageConfig, lanes: number): LanePart[][] {
  const sizes = sizesOf(job.data);
  const measures = [
    (size: Size) => estimate(config, size, job.checkpointing),
    ({rows, length}: Size) => rows * length,
    ({rows, length}: Size) => rows * length ** 2
  ];
  const found = Array.from({length: lanes}, () => measures.map(() => new Largest()));
  for (const rows of microBatches(job))
    partsOf(rows, lanes).forEach((members, lane) => {
      const sized = {...sizeOf(members, sizes), members};
      measures.forEach((measure, i) => found[lane]![i]!.add(sized, measure(sized)));
    });
  return found
    .map(([estimated, ...others]) =>
      distinct([...estimated!.first(PLANNED), ...others.flatMap((other) => other.first(1))])
    )
    .filter((parts) => parts.length > 0)
    .map((parts) => parts.map(({members}) => partOf(job, members)));
}

function* microBatches(job: TrainingJob): Generator<number[][]> {
  const {rows, accumulate, steps} = job.settings;
  const plan = planBatches(lengthsOf(job), job.settings);
  const enough = Math.max(plan.stepsAnEpoch, Math.ceil(MOST_ROWS / (rows * accumulate)));
  for (let step = 0; step < Math.min(steps, enough); step++) yield* plan.step(step);
}

function partOf({data, settings}: TrainingJob, members: readonly (readonly number[])[]): LanePart {
  const {batch, labels, soft} = rowsOf(data, members, settings.packed !== undefined);
  return {batch, targets: targetsOf(batch, labels, 1, soft)};
}

function rowsOf(data: TrainingData, members: readonly (readonly number[])[], packed: boolean): LabelledBatch {
  const all = members.flat();
  switch (data.kind) {
    case "examples":
      return microBatch(data.train, members, packed);
    case "pairs":
      return pairRows(all.map((i) => data.train[i]!));
    case "marked":
      return paddedRows(all.map((i) => longer(data.train[i]!)));
  }
}

/** Mismatched answers are computed without gradients, in the same memory: as many tokens with them are an upper bound. */
const longer = ({answer, mismatched}: MarkedAnswer) =>
  mismatched.ids.length > answer.ids.length ? mismatched : answer;

/** The first of each shape. */
function distinct(parts: readonly Sized[]): Sized[] {
  return parts.filter(
    ({rows, length}, i) => parts.findIndex((one) => one.rows === rows && one.length === length) === i
  );
}

/** The largest by a measure, one of each shape. */
class Largest {
  private parts: {part: Sized; value: number}[] = [];

  add(part: Sized, value: number): void {
    const {parts} = this;
    if (parts.length === PLANNED && value <= parts.at(-1)!.value) return;
    const same = parts.findIndex((one) => one.part.rows === part.rows && one.part.length === part.length);
    if (same >= 0 && parts[same]!.value >= value) return;
    if (same >= 0) parts.splice(same, 1);
    parts.push({part, value});
    parts.sort((a, b) => b.value - a.value);
    parts.length = Math.min(parts.length, PLANNED);
  }

  first(count: number): Sized[] {
    return this.parts.slice(0, count).map(({part}) => part);
  }
}

/** Of each thing to learn. */
function sizesOf(data: TrainingData): Size[] {
  const learned = ({labels, soft}: TokenExample) =>
    labels.reduce((n, label, i) => (label === IGNORED ? n : n + (soft?.[i]?.tokens.length ?? 1)), 0);
  const sizeOne = (one: TokenExample) => ({rows: 1, length: one.ids.length, learned: learned(one)});
  if (data.kind === "examples") return data.train.map(sizeOne);
  if (data.kind === "marked") return data.train.map((one) => sizeOne(longer(one)));
  return data.train.map(({chosen, rejected}) => ({
    rows: 2,
    length: Math.max(chosen.ids.length, rejected.ids.length),
    learned: learned(chosen) + learned(rejected)
  }));
}

/** Of a part: examples that share a row lie one after the other. */
function sizeOf(members: readonly (readonly number[])[], sizes: readonly Size[]): Size {
  const size = {rows: 0, length: 0, learned: 0};
  for (const row of members) {
    let length = 0;
    for (const i of row) {
      length += sizes[i]!.length;
      size.learned += sizes[i]!.learned;
    }
    size.rows += sizes[row[0]!]!.rows;
    size.length = Math.max(size.length, length);
  }
  return size;
}

/**
 * About how many values are kept for the gradient: those of each layer, or each layer's input and all of one layer. Attention
 * keeps two for each pair of a row's tokens and head. What follows the last attention is computed for learned tokens only.
 */
function estimate(config: LanguageConfig, {rows, length, learned}: Size, checkpointing: boolean): number {
  const {layers, hidden, intermediate, heads, keyValueHeads, headSize} = config;
  const tokens = rows * length;
  const attention =
    tokens * (4 * hidden + 4 * headSize * (heads + keyValueHeads)) + 2 * heads * rows * length ** 2;
  const feedForward = (count: number) => count * (4 * hidden + 4 * intermediate);
  const last = attention + feedForward(learned);
  const others = attention + feedForward(tokens);
  if (checkpointing) return layers * tokens * hidden + 2 * (layers > 1 ? others : last);
  return (layers - 1) * others + last;
}

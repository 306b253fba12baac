import {existsSync} from "node:fs";
import {copyFile, link, rename, rm} from "node:fs/promises";
import {join} from "node:path";
import {
  readHeader,
  readTensorBytes,
  readTensorFloats,
  writeSafetensors
} from "../../../weights/safetensors/index.js";
import type {StepRecord, TrainingState} from "./job.js";
import type {Trainable} from "./trainable.js";

const FILE = "checkpoint.safetensors";
/** The checkpoint before, where it may be the last good one. */
const EARLIER = "earlier.safetensors";

/** The learning curve's tensor, a row a step: a header of the format holds at most 100 MB, and steps have no bound. */
const CURVE = "curve";
const COLUMNS = ["step", "loss", "rate", "norm", "tokens"] as const satisfies (keyof StepRecord)[];

/**
 * Writes weights, moments and the state into one file, through a temporary one: a reader, or a training begun again,
 * sees the old checkpoint or the whole new one.
 */
export async function writeCheckpoint(
  work: string,
  identity: string,
  trainable: Trainable,
  {curve, ...state}: TrainingState
): Promise<void> {
  const weights = [...trainable.state()].map(({name, shape, values}) => ({
    name,
    dtype: "F32" as const,
    shape: [...shape].reverse(),
    data: () => new Uint8Array(values().buffer)
  }));
  const steps = {
    name: CURVE,
    dtype: "F64" as const,
    shape: [curve.length, COLUMNS.length],
    data: () =>
      new Uint8Array(Float64Array.from(curve.flatMap((one) => COLUMNS.map((name) => one[name]))).buffer)
  };
  await writeSafetensors(join(work, FILE), [...weights, steps], {identity, state: JSON.stringify(state)});
}

/** Keeps the last checkpoint beside the next ones. It stays where it is, too: a training begun again goes on from it. */
export async function keepCheckpoint(work: string): Promise<void> {
  const [file, temporary] = [join(work, FILE), join(work, `${EARLIER}.tmp`)];
  await rm(temporary, {force: true});
  await link(file, temporary).catch(() => copyFile(file, temporary));
  await rename(temporary, join(work, EARLIER));
}

/** Puts a checkpoint's weights and moments back; undefined when there is none of this job. */
export async function readCheckpoint(
  work: string,
  identity: string,
  trainable: Trainable
): Promise<TrainingState | undefined> {
  return restored(join(work, FILE), identity, trainable, () => true);
}

/** Puts back the last kept checkpoint of a step before `before`; undefined when there is none. */
export async function readCheckpointBefore(
  work: string,
  identity: string,
  trainable: Trainable,
  before: number
): Promise<TrainingState | undefined> {
  for (const file of [FILE, EARLIER]) {
    const isGood = ({step}: TrainingState) => step > 0 && step < before;
    const state = await restored(join(work, file), identity, trainable, isGood);
    if (state) return state;
  }
  return undefined;
}

async function restored(
  file: string,
  identity: string,
  trainable: Trainable,
  isWanted: (state: TrainingState) => boolean
): Promise<TrainingState | undefined> {
  if (!existsSync(file)) return undefined;
  const {tensors, metadata} = await readHeader(file);
  if (metadata.identity !== identity) return undefined;
  // Checkpoints of earlier releases have the curve among the state, or no use.
  const state = JSON.parse(metadata.state!) as TrainingState;
  if (!isWanted(state)) return undefined;
  state.use ??= {seconds: 0, since: state.step, peakBytes: 0};
  for (const tensor of tensors) {
    if (tensor.name === CURVE) state.curve = curveOf(await readTensorBytes({...tensor, file}));
    else trainable.restore(tensor.name, await readTensorFloats({...tensor, file}));
  }
  return state;
}

function curveOf(bytes: Buffer): StepRecord[] {
  const values = new Float64Array(new Uint8Array(bytes).buffer);
  const width = COLUMNS.length;
  return Array.from({length: values.length / width}, (_, row) => {
    const cells = COLUMNS.map((name, column) => [name, values[row * width + column]!]);
    return Object.fromEntries(cells) as StepRecord;
  });
}

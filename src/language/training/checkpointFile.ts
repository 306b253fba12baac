import {existsSync} from "node:fs";
import {join} from "node:path";
import {readHeader, readTensorFloats, writeSafetensors} from "../../safetensors/index.js";
import type {TrainingState} from "./job.js";
import type {Trainable} from "./trainable.js";

const FILE = "checkpoint.safetensors";

/**
 * Writes weights, moments and the state into one file, through a temporary one: a reader, or a training begun again,
 * sees the old checkpoint or the whole new one.
 */
export async function writeCheckpoint(
  work: string,
  identity: string,
  trainable: Trainable,
  state: TrainingState
): Promise<void> {
  await writeSafetensors(
    join(work, FILE),
    [...trainable.state()].map(({name, shape, values}) => ({
      name,
      dtype: "F32" as const,
      shape: [...shape].reverse(),
      data: () => new Uint8Array(values().buffer)
    })),
    {identity, state: JSON.stringify(state)}
  );
}

/** Puts a checkpoint's weights and moments back; undefined when there is none of this job. */
export async function readCheckpoint(
  work: string,
  identity: string,
  trainable: Trainable
): Promise<TrainingState | undefined> {
  const file = join(work, FILE);
  if (!existsSync(file)) return undefined;
  const {tensors, metadata} = await readHeader(file);
  if (metadata.identity !== identity) return undefined;
  for (const tensor of tensors) trainable.restore(tensor.name, await readTensorFloats({...tensor, file}));
  return JSON.parse(metadata.state!) as TrainingState;
}

import {ThreadFiles} from "../engine/files.js";
import {HeldReader, type HeldTensor} from "../engine/held.js";
import type {TensorJob} from "../engine/job.js";
import {canonicalJson} from "../../../base/system/hash.js";

/** A model's feed-forward weights in a mixture. */
export interface ExpertJobs {
  name: string;
  /** In the order of the model's tensors. */
  jobs: readonly TensorJob[];
}

const FIRST = 16_384;

/**
 * The experts whose feed-forward weights are those of one before them, with that one. Weights are read only as far as they agree;
 * experts with noise differ.
 */
export function sameExperts(experts: readonly ExpertJobs[]): {name: string; as: string}[] {
  const files = new ThreadFiles();
  try {
    return experts.flatMap((expert, i) => {
      const before = experts.slice(0, i).find((one) => areSame(one, expert, files));
      return before ? [{name: expert.name, as: before.name}] : [];
    });
  } finally {
    files.close();
  }
}

function areSame(one: ExpertJobs, other: ExpertJobs, files: ThreadFiles): boolean {
  const inputs = one.jobs.map(({inputs: [a]}, i) => [a!, other.jobs[i]!.inputs[0]!] as const);
  if (inputs.some((pair) => pair.some(({parameters}) => (parameters.noise ?? 0) !== 0))) return false;
  if (inputs.some(([a, b]) => (a.parameters.scale ?? 1) !== (b.parameters.scale ?? 1))) return false;
  const open = inputs.filter(([a, b]) => placeOf(a) !== placeOf(b));
  // Experts that differ mostly do so at once, in every tensor.
  return (
    open.every((pair) => holdSame(pair, files, FIRST)) &&
    open.every((pair) => holdSame(pair, files, Infinity))
  );
}

const placeOf = ({file, offset, dtype, adapter, as}: HeldTensor) =>
  canonicalJson([file, offset, dtype, adapter ?? null, as ?? null]);

function holdSame([a, b]: readonly [HeldTensor, HeldTensor], files: ThreadFiles, most: number): boolean {
  const [left, right] = [new HeldReader(files), new HeldReader(files)];
  const count = Math.min(
    most,
    a.shape.reduce((product, size) => product * size, 1)
  );
  const step = Math.min(count, 1 << 18);
  const [x, y] = [new Float32Array(step), new Float32Array(step)];
  for (let at = 0; at < count; at += step) {
    const length = Math.min(step, count - at);
    left.read(a, at, length, x);
    right.read(b, at, length, y);
    for (let i = 0; i < length; i++) if (!Object.is(x[i], y[i])) return false;
  }
  return true;
}

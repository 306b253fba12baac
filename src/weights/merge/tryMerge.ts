import {ThreadFiles} from "./engine/files.js";
import type {TensorInput, TensorJob} from "./engine/job.js";
import {ThreadBuffers} from "./engine/scratch.js";
import {MergeTensor} from "./engine/tensor.js";
import {METHODS, type ParameterSpec} from "./methods/index.js";

/** A tensor in memory, and the parameters that the method is given for it. */
export interface TriedTensor {
  values: Float32Array;
  parameters?: Readonly<Record<string, number>>;
}

export interface TriedMerge {
  method: string;
  /** All of the same size. */
  models: readonly TriedTensor[];
  base?: TriedTensor;
  parameters?: Readonly<Record<string, number>>;
  /** Elements of a row. */
  columns: number;
}

/** What a method makes of tensors in memory; undefined where it takes no such parameters. */
export function tryMerge({
  method,
  models,
  base,
  parameters = {},
  columns
}: TriedMerge): Float32Array | undefined {
  const {global, perModel, checkValues} = METHODS[method]!;
  const tensors = base ? [base, ...models] : [...models];
  const count = tensors[0]!.values.length;
  const shape = [count / columns, columns];
  const ofMerge = withDefaults(parameters, global);
  const inputs = tensors.map(({parameters: own}, i): TensorInput => ({
    model: String(i),
    file: String(i),
    offset: 0,
    dtype: "F32",
    shape,
    parameters: withDefaults({...ofMerge, ...own}, perModel)
  }));
  const isTaken = inputs
    .slice(base ? 1 : 0)
    .every(
      ({parameters: own}) =>
        isWithin(own, perModel) && !checkValues?.({own, parameters: ofMerge, count, exact: false})
    );
  if (!isTaken || !isWithin(ofMerge, global)) return undefined;
  const job: TensorJob = {
    name: "tensor",
    method,
    shape,
    inputs,
    base: base ? 0 : -1,
    parameters: ofMerge,
    work: "F32",
    out: "F32",
    exact: false,
    seed: 0
  };
  const out = new Float32Array(count);
  const scratch = new ThreadBuffers();
  try {
    const files = new InMemory(
      tensors.map(({values}) => values),
      out
    );
    METHODS[method]!.merge(new MergeTensor(job, {job, shard: 0, file: "", offset: 0}, files, scratch));
  } finally {
    scratch.release();
  }
  return out;
}

function withDefaults(
  given: Readonly<Record<string, number>>,
  specs: Readonly<Record<string, ParameterSpec>>
): Record<string, number> {
  const known = Object.entries(specs).flatMap(([name, spec]) => {
    const value = given[name] ?? spec.default;
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(known);
}

function isWithin(
  values: Readonly<Record<string, number>>,
  specs: Readonly<Record<string, ParameterSpec>>
): boolean {
  return Object.entries(values).every(([name, value]) => {
    const {min = -Infinity, max = Infinity, above = -Infinity} = specs[name]!;
    return value >= min && value <= max && value > above;
  });
}

/** Tensors by their places, in place of files. */
class InMemory extends ThreadFiles {
  constructor(
    private readonly inputs: readonly Float32Array[],
    private readonly out: Float32Array
  ) {
    super();
  }

  override read(file: string, offset: number, into: Uint8Array): void {
    const {buffer, byteOffset} = this.inputs[Number(file)]!;
    into.set(new Uint8Array(buffer, byteOffset + offset, into.byteLength));
  }

  override write(_file: string, offset: number, from: Uint8Array): void {
    new Uint8Array(this.out.buffer).set(from, offset);
  }
}

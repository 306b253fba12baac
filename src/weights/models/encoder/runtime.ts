import {UserError} from "../../../base/validation/index.js";
import {addOnMissing} from "./addOn.js";

/** The part of onnxruntime-node in use. */
export interface OnnxRuntime {
  InferenceSession: {
    create(model: Uint8Array, options: Record<string, unknown>): Promise<OnnxSession>;
  };
  Tensor: {
    new (type: "int64", data: BigInt64Array, dims: readonly number[]): unknown;
    new (type: "float32", data: Float32Array, dims: readonly number[]): unknown;
  };
}

export interface OnnxSession {
  run(inputs: Record<string, unknown>): Promise<Record<string, {data: unknown; dims: readonly number[]}>>;
  release(): Promise<void>;
}

/** Loads the optional peer onnxruntime-node when an encoder is first needed. */
export async function loadRuntime(): Promise<OnnxRuntime> {
  try {
    // A name the compiler does not resolve: the package may be absent, and its types are not needed.
    const name: string = "onnxruntime-node";
    const module = (await import(name)) as {default?: OnnxRuntime} & OnnxRuntime;
    return module.default ?? module;
  } catch (cause) {
    throw new UserError(addOnMissing("onnxruntime-node"), {cause});
  }
}

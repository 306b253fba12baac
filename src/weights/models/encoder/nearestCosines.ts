import {OnnxGraph} from "./onnxGraph.js";
import {loadRuntime} from "./runtime.js";

/** Rows multiplied at once: their products with thousands of queries take a few megabytes. */
const BLOCK = 1024;

/**
 * For each query the largest dot product with any of the rows: the cosine where both have length 1. Exact, by blocked
 * matrix products on two threads. Queries and rows are row-major. −∞ without rows. Needs onnxruntime-node; throws a
 * UserError without it.
 */
export async function nearestCosines(
  queries: Float32Array,
  rows: Float32Array,
  dimensions: number
): Promise<Float32Array> {
  const count = queries.length / dimensions;
  const best = new Float32Array(count).fill(-Infinity);
  if (count === 0 || rows.length === 0) return best;
  const runtime = await loadRuntime();
  const graph = new OnnxGraph();
  const products = graph.node("MatMul", [
    "rows",
    graph.floats([dimensions, count], transposed(queries, dimensions))
  ]);
  graph.node("ReduceMax", [products, graph.integers([0])], {keepdims: 0}, "best");
  const session = await runtime.InferenceSession.create(
    graph.model({rows: ["float32", ["n", dimensions]]}, {best: ["float32", [count]]}),
    {intraOpNumThreads: 2, interOpNumThreads: 1, logSeverityLevel: 3}
  );
  try {
    for (let at = 0; at < rows.length; at += BLOCK * dimensions) {
      const block = rows.subarray(at, at + BLOCK * dimensions);
      const input = new runtime.Tensor("float32", block, [block.length / dimensions, dimensions]);
      const found = (await session.run({rows: input})).best!.data as Float32Array;
      for (let q = 0; q < count; q++) if (found[q]! > best[q]!) best[q] = found[q]!;
    }
  } finally {
    await session.release();
  }
  return best;
}

function transposed(matrix: Float32Array, dimensions: number): Float32Array {
  const out = new Float32Array(matrix.length);
  const rows = matrix.length / dimensions;
  for (let row = 0; row < rows; row++)
    for (let d = 0; d < dimensions; d++) out[d * rows + row] = matrix[row * dimensions + d]!;
  return out;
}

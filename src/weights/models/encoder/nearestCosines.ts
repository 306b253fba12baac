import {availableParallelism} from "node:os";
import {Graph, matMul, openBackend, Storage, Tape, GraphMemory} from "../../ggml/index.js";

/** Rows multiplied at once: their products with thousands of queries take a few megabytes. */
const BLOCK = 1024;

/**
 * For each query the largest dot product with any of the rows: the cosine where both have length 1. Exact, by blocked
 * matrix products on two threads. Queries and rows are row-major. −∞ without rows. Throws a UserError where the library
 * is not installed.
 */
export async function nearestCosines(
  queries: Float32Array,
  rows: Float32Array,
  dimensions: number
): Promise<Float32Array> {
  const count = queries.length / dimensions;
  const best = new Float32Array(count).fill(-Infinity);
  if (count === 0 || rows.length === 0) return best;
  const backend = await openBackend(Math.min(2, availableParallelism()));
  const workspace = new GraphMemory(backend);
  const storage = new Storage(backend, [{name: "queries", shape: [dimensions, count]}]);
  try {
    storage.write("queries", queries);
    for (let at = 0; at < rows.length; at += BLOCK * dimensions) {
      const block = rows.subarray(at, at + BLOCK * dimensions);
      const graph = new Graph(workspace, 8);
      const input = graph.input(block, [dimensions, block.length / dimensions], "F32");
      const products = graph.keep(matMul(new Tape(graph, false), storage.get("queries"), input));
      await graph.runAside();
      const cosines = graph.read(products);
      for (let row = 0; row < cosines.length; row += count)
        for (let q = 0; q < count; q++) if (cosines[row + q]! > best[q]!) best[q] = cosines[row + q]!;
      graph.free();
    }
  } finally {
    storage.free();
    workspace.free();
    backend.free();
  }
  return best;
}

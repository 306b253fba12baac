import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {
  type Backend,
  Graph,
  matMul,
  type Node,
  openBackend,
  type NodeShape,
  Storage,
  Tape,
  GraphMemory
} from "../../../src/weights/ggml/index.js";
import {rng} from "../../../src/base/stats/index.js";

describe("a product of matrices", () => {
  let backend: Backend;
  let workspace: GraphMemory;
  beforeAll(async () => {
    backend = await openBackend(1);
    workspace = new GraphMemory(backend);
  });
  afterAll(() => {
    workspace.free();
    backend.free();
  });

  const random = rng(1, "operators");
  const values = (shape: NodeShape) =>
    Float32Array.from({length: shape.reduce((a, b) => a * b)}, () => random.normal());

  /** Gradients of Σ g · (aᵀ b) by the library, and by the definition in 64 bits. */
  function gradients(k: number, m: number, n: number, layers = 1) {
    const shapes = {a: [k, m, layers, 1], b: [k, n, layers, 1], g: [m, n, layers, 1]} as const;
    const a = values(shapes.a);
    const b = values(shapes.b);
    const g = values(shapes.g);
    const storage = new Storage(backend, [
      {name: "a", shape: shapes.a},
      {name: "ga", shape: shapes.a},
      {name: "b", shape: shapes.b},
      {name: "gb", shape: shapes.b}
    ]);
    storage.write("a", a);
    storage.write("b", b);
    const trained = (name: string): Node => ({
      ...storage.get(name),
      tracked: true,
      gradient: storage.get(`g${name}`)
    });
    const graph = new Graph(workspace, 200);
    const tape = new Tape(graph, true);
    const product = matMul(tape, trained("a"), trained("b"));
    tape.backward(product, graph.input(g, shapes.g, "F32"));
    graph.run();
    const found = {a: storage.read("ga"), b: storage.read("gb")};
    graph.free();
    storage.free();
    const wanted = {a: new Float64Array(a.length), b: new Float64Array(b.length)};
    for (let layer = 0; layer < layers; layer++)
      for (let j = 0; j < n; j++)
        for (let i = 0; i < m; i++) {
          const slope = g[(layer * n + j) * m + i]!;
          for (let at = 0; at < k; at++) {
            wanted.a[(layer * m + i) * k + at]! += slope * b[(layer * n + j) * k + at]!;
            wanted.b[(layer * n + j) * k + at]! += slope * a[(layer * m + i) * k + at]!;
          }
        }
    return {found, wanted};
  }

  it.each([
    {k: 32, m: 48, n: 64},
    {k: 64, m: 32, n: 16, layers: 3},
    {k: 40, m: 33, n: 32},
    {k: 48, m: 64, n: 31},
    {k: 16, m: 8, n: 48}
  ])("passes on both gradients: $k × $m with $n columns", ({k, m, n, layers}) => {
    const {found, wanted} = gradients(k, m, n, layers);
    for (const side of ["a", "b"] as const) {
      expect(found[side]).toHaveLength(wanted[side].length);
      found[side].forEach((value, i) => expect(Math.abs(value - wanted[side][i]!)).toBeLessThan(1e-4));
    }
  });
});

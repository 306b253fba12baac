import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {
  type Backend,
  Graph,
  matMul,
  type Node,
  openBackend,
  scale,
  Tape,
  GraphMemory
} from "../../../src/weights/ggml/index.js";

describe("a computation", () => {
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

  const values = new Float32Array(32 * 32);
  const input = (graph: Graph): Node => ({...graph.input(values, [32, 32], "F32"), tracked: true});

  it.each<[string, (graph: Graph, first: Node) => void]>([
    ["inputs", (graph) => input(graph)],
    ["nodes", (graph, first) => scale(new Tape(graph, false), first, 2)],
    [
      "turned matrices",
      (graph, first) => {
        const tape = new Tape(graph);
        tape.backward(matMul(tape, input(graph), first), input(graph));
      }
    ]
  ])("that has too many %s is refused before the library ends the process", (_, more) => {
    const graph = new Graph(workspace, 100);
    try {
      const first = input(graph);
      expect(() => {
        for (let i = 0; i < 300; i++) more(graph, first);
      }).toThrow("more than 100 tensors in one computation");
    } finally {
      graph.free();
    }
  });
});

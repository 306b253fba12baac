import {
  add,
  getRows,
  Graph,
  matMul,
  mul,
  type Node,
  nodeOf,
  permute,
  type LibraryPointer,
  reshape,
  type NodeShape,
  softMax,
  type Storage,
  Tape,
  type GraphMemory
} from "../../ggml/index.js";
import type {BertConfig} from "./bertWeights.js";

/** Tensors of one layer, with room for the views among them. */
const TENSORS_A_LAYER = 80;

/**
 * A BERT encoder's last hidden states, [hidden, tokens of all texts]. All texts have `length` tokens, so there is no padding
 * and no mask.
 */
export function bertGraph(
  workspace: GraphMemory,
  {
    hidden_size: hidden,
    num_attention_heads: heads,
    num_hidden_layers: layers,
    layer_norm_eps: eps
  }: BertConfig,
  weights: Storage,
  ids: Int32Array,
  length: number
): {graph: Graph; states: Node} {
  const graph = new Graph(workspace, TENSORS_A_LAYER * (layers + 1));
  const tape = new Tape(graph, false);
  const {base, context} = graph;
  const texts = ids.length / length;
  const head = hidden / heads;
  const joined: NodeShape = [hidden, ids.length, 1, 1];

  const dense = (x: Node, name: string) =>
    add(tape, matMul(tape, weights.get(`${name}.weight`), x), weights.get(`${name}.bias`));
  const activated = (x: Node) => {
    const {type} = weights.get("encoder.layer.0.intermediate.dense.weight");
    // The library's table of gelu is exact to 0.0005, which the next product's rounding covers, and takes half the time.
    const gelu = type === "BF16" ? base.gelu : base.gelu_erf;
    return graph.add(gelu(context, x.pointer), x.shape);
  };
  const norm = (x: Node, name: string) => {
    const scaled = graph.add(base.norm(context, x.pointer, eps), x.shape);
    return add(tape, mul(tape, scaled, weights.get(`${name}.weight`)), weights.get(`${name}.bias`));
  };
  /** The first rows of a table, where they lie: the library may write a sum over an operand that a graph makes. */
  const firstRows = (table: string, rows: number) => {
    const {pointer} = weights.get(`embeddings.${table}_embeddings.weight`);
    const row = hidden * Float32Array.BYTES_PER_ELEMENT;
    const view = base.view_4d(
      context,
      pointer,
      hidden,
      rows,
      1,
      1,
      row,
      row * rows,
      row * rows,
      0
    ) as LibraryPointer;
    return nodeOf(view, [hidden, rows, 1, 1]);
  };

  const words = getRows(
    tape,
    weights.get("embeddings.word_embeddings.weight"),
    graph.input(ids, [ids.length], "I32")
  );
  const placed = add(tape, reshape(tape, words, [hidden, length, texts, 1]), firstRows("position", length));
  const typed = add(tape, placed, firstRows("token_type", 1));
  let states = norm(reshape(tape, typed, joined), "embeddings.LayerNorm");
  for (let layer = 0; layer < layers; layer++) {
    const at = `encoder.layer.${layer}`;
    const perHead = (name: string, axes: NodeShape) => {
      const part = dense(states, `${at}.attention.self.${name}`);
      return permute(tape, reshape(tape, part, [head, heads, length, texts]), axes);
    };
    const scores = matMul(tape, perHead("key", [0, 2, 1, 3]), perHead("query", [0, 2, 1, 3]));
    const attention = softMax(tape, scores, undefined, 1 / Math.sqrt(head));
    const mixed = matMul(tape, perHead("value", [1, 2, 0, 3]), attention);
    const heard = reshape(tape, permute(tape, mixed, [0, 2, 1, 3]), joined);
    const residual = (x: Node, before: Node, name: string) =>
      norm(add(tape, dense(x, `${name}.dense`), before), `${name}.LayerNorm`);
    const attended = residual(heard, states, `${at}.attention.output`);
    const inner = dense(attended, `${at}.intermediate.dense`);
    states = residual(activated(inner), attended, `${at}.output`);
  }
  return {graph, states: graph.keep(states)};
}

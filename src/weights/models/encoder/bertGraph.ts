import type {Tensor} from "../safetensors.js";
import {OnnxGraph} from "./onnxGraph.js";

export interface BertConfig {
  hidden_size: number;
  intermediate_size: number;
  num_attention_heads: number;
  num_hidden_layers: number;
  layer_norm_eps: number;
  hidden_act: string;
}

/**
 * A BERT encoder with mean pooling as an ONNX model. Inputs: `input_ids` and `positions`, both [batch, tokens];
 * output: `embedding` [batch, hidden], not normalised. All texts of a batch have the same number of tokens, so
 * there is no padding and no mask.
 */
export function bertGraph(config: BertConfig, weights: Record<string, Tensor>): Uint8Array {
  if (config.hidden_act !== "gelu") throw new Error(`unknown activation: ${config.hidden_act}`);
  const {hidden_size: hidden, num_attention_heads: heads, layer_norm_eps: epsilon} = config;
  const graph = new OnnxGraph();
  const tensor = (name: string) => {
    const found = weights[name];
    if (!found) throw new Error(`the encoder's weights have no tensor ${name}`);
    return found;
  };
  const constant = (name: string) => graph.floats(tensor(name).shape, tensor(name).data);

  const dense = (input: string, ...prefixes: string[]) => {
    const parts = prefixes.map((prefix) => ({
      ...transposed(tensor(`${prefix}.weight`)),
      bias: tensor(`${prefix}.bias`).data
    }));
    const {rows, columns, data, bias} = parts.length === 1 ? parts[0]! : sideBySide(parts);
    const product = graph.node("MatMul", [input, graph.floats([rows, columns], data)]);
    return graph.node("Add", [product, graph.floats([columns], bias)]);
  };
  const norm = (input: string, prefix: string) =>
    graph.node("LayerNormalization", [input, constant(`${prefix}.weight`), constant(`${prefix}.bias`)], {
      axis: -1,
      epsilon: {float: epsilon}
    });

  const typeZero = graph.floats(
    [hidden],
    tensor("embeddings.token_type_embeddings.weight").data.slice(0, hidden)
  );
  const words = graph.node("Gather", [constant("embeddings.word_embeddings.weight"), "input_ids"]);
  const places = graph.node("Gather", [constant("embeddings.position_embeddings.weight"), "positions"]);
  let state = norm(graph.node("Add", [words, graph.node("Add", [places, typeZero])]), "embeddings.LayerNorm");

  const split = graph.integers([0, 0, 3, heads, hidden / heads]);
  const joined = graph.integers([0, 0, hidden]);
  const scale = graph.floats([1], Float32Array.of(1 / Math.sqrt(hidden / heads)));
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const at = `encoder.layer.${layer}`;
    const names = ["query", "key", "value"].map((name) => `${at}.attention.self.${name}`);
    const projected = graph.node("Reshape", [dense(state, ...names), split]);
    const perHead = (part: number, perm: number[]) =>
      graph.node("Transpose", [graph.node("Gather", [projected, graph.integer(part)], {axis: 2})], {perm});
    const query = graph.node("Mul", [perHead(0, [0, 2, 1, 3]), scale]);
    const attention = graph.node("Softmax", [graph.node("MatMul", [query, perHead(1, [0, 2, 3, 1])])], {
      axis: -1
    });
    const mixed = graph.node("MatMul", [attention, perHead(2, [0, 2, 1, 3])]);
    const context = graph.node("Reshape", [graph.node("Transpose", [mixed], {perm: [0, 2, 1, 3]}), joined]);
    const attended = norm(
      graph.node("Add", [dense(context, `${at}.attention.output.dense`), state]),
      `${at}.attention.output.LayerNorm`
    );
    const inner = graph.node("Gelu", [dense(attended, `${at}.intermediate.dense`)]);
    state = norm(graph.node("Add", [dense(inner, `${at}.output.dense`), attended]), `${at}.output.LayerNorm`);
  }
  graph.node("ReduceMean", [state, graph.integers([1])], {keepdims: 0}, "embedding");
  const ids: ["int64", string[]] = ["int64", ["batch", "tokens"]];
  return graph.model({input_ids: ids, positions: ids}, {embedding: ["float32", ["batch", hidden]]});
}

interface Matrix {
  rows: number;
  columns: number;
  data: Float32Array;
}

function transposed({shape: [columns = 0, rows = 0], data}: Tensor): Matrix {
  const out = new Float32Array(data.length);
  for (let c = 0; c < columns; c++) for (let r = 0; r < rows; r++) out[r * columns + c] = data[c * rows + r]!;
  return {rows, columns, data: out};
}

function sideBySide(parts: readonly (Matrix & {bias: Float32Array})[]): Matrix & {bias: Float32Array} {
  const {rows, columns: width} = parts[0]!;
  const columns = width * parts.length;
  const data = new Float32Array(rows * columns);
  const bias = new Float32Array(columns);
  parts.forEach((part, p) => {
    bias.set(part.bias, p * width);
    for (let r = 0; r < rows; r++)
      data.set(part.data.subarray(r * width, (r + 1) * width), r * columns + p * width);
  });
  return {rows, columns, data, bias};
}

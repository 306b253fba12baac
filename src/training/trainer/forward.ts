import {
  add,
  divideByConstant,
  getRows,
  matMul,
  mul,
  type Node,
  permute,
  reshape,
  rmsNorm,
  rotate,
  type Rotation,
  scale,
  scaleAndShift,
  type NodeShape,
  silu,
  softMax,
  type Tape,
  tanh
} from "../../weights/ggml/index.js";
import type {AdapterNodes, ModelNodes} from "./adapter.js";
import {type Batch, maskInput} from "./batch.js";
import type {LanguageConfig} from "./config.js";
import {dropMasks, type Dropout, dropped} from "./dropout.js";

export interface ForwardOptions {
  /** Forget what happens inside a layer and compute it again for the gradient: less memory, more time. */
  checkpointing?: boolean;
  /** Of the embeddings, and of what every block adds to the hidden states. */
  dropout?: Dropout;
  /** Tokens whose hidden states are wanted, row · length + column: all when absent. */
  places?: Int32Array;
}

/**
 * The last hidden states of a batch, normalised: [hidden, rows · length], or of some of its tokens: [hidden, places]. Nodes
 * are added to the tape's graph in the order they are computed.
 */
export function hiddenStates(
  tape: Tape,
  config: LanguageConfig,
  weights: ModelNodes,
  batch: Batch,
  options: ForwardOptions = {}
): Node {
  const {graph} = tape;
  const tokens = batch.rows * batch.length;
  const ids = graph.input(batch.ids, [tokens], "I32");
  const pass = {config, weights, batch, positions: graph.input(batch.positions, [tokens], "I32")};
  const masks = new Map<number | undefined, Node>();
  for (const {window} of config.layer)
    if (!masks.has(window)) masks.set(window, maskInput(graph, batch, window));
  const rotations = rotationInputs(tape, config, batch);
  const masked = dropMasks(graph, options.dropout);
  const places = options.places && graph.input(options.places, [options.places.length], "I32");
  const dropMask = (count = tokens) => masked(config.hidden, count);
  let x = dropped(tape, embed(tape, config, weights, ids), dropMask());
  config.layer.forEach(({window}, i) => {
    // What follows the last attention is computed for the tokens that are asked for: no other looks at it.
    const wanted = i === config.layer.length - 1 ? places : undefined;
    const drop = {attention: dropMask(), feedForward: dropMask(wanted?.shape[0])};
    const own = {mask: masks.get(window)!, rotation: rotations[i], drop};
    const section = (tape: Tape, [input]: readonly Node[]) =>
      decoderLayer(tape, pass, i, input!, {...own, wanted});
    x = options.checkpointing ? tape.checkpoint([x], section) : section(tape, [x]);
  });
  return norm(tape, config, weights, "model.norm", x);
}

/** Scores of all tokens of the vocabulary for some hidden states: [vocabulary, n]. */
export function logitsOf(tape: Tape, config: LanguageConfig, weights: ModelNodes, hidden: Node): Node {
  const own = weights.weight("lm_head.weight") ? undefined : "model.embed_tokens.weight";
  const scores = linear(tape, weights, "lm_head", hidden, own);
  const cap = config.logitCap;
  return cap === undefined ? scores : capped(tape, scores, cap);
}

function capped(tape: Tape, x: Node, cap: number): Node {
  return scale(tape, tanh(tape, scale(tape, x, 1 / cap)), cap);
}

function rotationInputs(tape: Tape, config: LanguageConfig, batch: Batch): (Rotation | undefined)[] {
  let last = 0;
  batch.positions.forEach((position, i) => {
    if (batch.documents[i] !== 0) last = Math.max(last, position);
  });
  const known = new Map<unknown, Rotation>();
  return config.layer.map(({rope}) => {
    if (!rope) return undefined;
    let rotation = known.get(rope);
    if (!rotation) {
      const frequencies = rope.frequencies(last + 1);
      const factors = frequencies.map((value, i) => rope.theta ** (-i / frequencies.length) / value);
      const plain = factors.every((factor) => Math.abs(factor - 1) < 1e-6);
      rotation = {
        theta: rope.theta,
        attention: rope.attention,
        factors: plain ? undefined : tape.graph.input(factors, [factors.length], "F32")
      };
      known.set(rope, rotation);
    }
    return rotation;
  });
}

function embed(tape: Tape, config: LanguageConfig, weights: ModelNodes, ids: Node): Node {
  const path = "model.embed_tokens";
  const table = weights.weight(`${path}.weight`)!;
  const adapter = weights.adapter(path);
  let x = getRows(tape, table, ids);
  if (adapter)
    x = add(tape, x, scale(tape, matMul(tape, adapter.b, getRows(tape, adapter.a, ids)), adapter.scale));
  return config.gemma ? scale(tape, x, Math.fround(Math.sqrt(config.hidden))) : x;
}

/** What every layer is given. */
interface ForwardPass {
  config: LanguageConfig;
  weights: ModelNodes;
  batch: Batch;
  positions: Node;
}

/** What a layer is given beside them. */
interface LayerInputs {
  mask: Node;
  rotation: Rotation | undefined;
  /** What to drop of each block's output. */
  drop: {attention: Node | undefined; feedForward: Node | undefined};
  /** The tokens whose hidden states are wanted, when not all are. */
  wanted: Node | undefined;
}

function decoderLayer(tape: Tape, pass: ForwardPass, i: number, x: Node, inputs: LayerInputs): Node {
  const {config, weights} = pass;
  const layer = `model.layers.${i}`;
  const normed = (name: string, node: Node) => norm(tape, config, weights, `${layer}.${name}`, node);
  const attended = attention(tape, pass, `${layer}.self_attn`, normed("input_layernorm", x), inputs);
  const after = config.gemma ? normed("post_attention_layernorm", attended) : attended;
  const all = add(tape, x, dropped(tape, after, inputs.drop.attention));
  const {wanted} = inputs;
  const middle = wanted ? getRows(tape, all, wanted) : all;
  const before = config.gemma ? "pre_feedforward_layernorm" : "post_attention_layernorm";
  const fed = feedForward(tape, config, weights, `${layer}.mlp`, normed(before, middle));
  const added = config.gemma ? normed("post_feedforward_layernorm", fed) : fed;
  return add(tape, middle, dropped(tape, added, inputs.drop.feedForward));
}

function attention(
  tape: Tape,
  pass: ForwardPass,
  path: string,
  x: Node,
  {mask, rotation}: LayerInputs
): Node {
  const {config, weights, positions} = pass;
  const {rows, length} = pass.batch;
  const {heads, keyValueHeads, headSize} = config;
  const tokens = rows * length;
  const share = heads / keyValueHeads;
  const project = (name: string, count: number) =>
    reshape(tape, linear(tape, weights, `${path}.${name}_proj`, x), [headSize, count, tokens, 1]);
  const turned = (node: Node, name: string) => {
    const normed = config.headNorms ? norm(tape, config, weights, `${path}.${name}_norm`, node) : node;
    return rotation ? rotate(tape, normed, positions, rotation) : normed;
  };
  const inRows = (node: Node, count: number, order: NodeShape) =>
    permute(tape, reshape(tape, node, [headSize, count, length, rows]), order);
  const queries = inRows(turned(project("q", heads), "q"), heads, [0, 2, 1, 3]);
  const keys = inRows(turned(project("k", keyValueHeads), "k"), keyValueHeads, [0, 2, 1, 3]);
  const values = inRows(project("v", keyValueHeads), keyValueHeads, [1, 2, 0, 3]);
  // Heads that share keys lie beside each other: one product for all of them.
  const grouped = reshape(tape, queries, [headSize, length * share, keyValueHeads, rows]);
  const scores = reshape(tape, matMul(tape, keys, grouped), [length, length, heads, rows]);
  const {scoreScale, scoreCap} = config;
  const weighed =
    scoreCap === undefined
      ? softMax(tape, scores, mask, scoreScale)
      : softMax(tape, capped(tape, scale(tape, scores, scoreScale), scoreCap), mask, 1);
  const shared = reshape(tape, weighed, [length, length * share, keyValueHeads, rows]);
  const mixed = reshape(tape, matMul(tape, values, shared), [headSize, length, heads, rows]);
  const joined = reshape(tape, permute(tape, mixed, [0, 2, 1, 3]), [headSize * heads, tokens, 1, 1]);
  return linear(tape, weights, `${path}.o_proj`, joined);
}

function feedForward(tape: Tape, config: LanguageConfig, weights: ModelNodes, path: string, x: Node): Node {
  const gate = linear(tape, weights, `${path}.gate_proj`, x);
  const up = linear(tape, weights, `${path}.up_proj`, x);
  const active = config.activation === "silu" ? silu(tape, gate) : gelu(tape, gate);
  return linear(tape, weights, `${path}.down_proj`, mul(tape, active, up));
}

/** The library's own GELU looks values up in half precision; this is the formula. */
function gelu(tape: Tape, x: Node): Node {
  const cubic = scaleAndShift(tape, mul(tape, x, x), 0.044715, 1);
  const inner = scale(tape, mul(tape, x, cubic), Math.sqrt(2 / Math.PI));
  return mul(tape, x, scaleAndShift(tape, tanh(tape, inner), 0.5, 0.5));
}

function norm(tape: Tape, config: LanguageConfig, weights: ModelNodes, path: string, x: Node): Node {
  const weight = weights.weight(`${path}.weight`)!;
  const factor = config.gemma ? scaleAndShift(tape, weight, 1, 1) : weight;
  return mul(tape, rmsNorm(tape, x, config.eps), factor);
}

/** W·x + b with the module's adapter, if it has one. `tied`: the weight's name where the module has none of its own. */
function linear(tape: Tape, weights: ModelNodes, path: string, x: Node, tied?: string): Node {
  const weight = weights.weight(tied ?? `${path}.weight`)!;
  const bias = weights.weight(`${path}.bias`);
  const adapter = weights.adapter(path);
  let y = matMul(tape, weight, x);
  if (adapter) {
    let change = scale(tape, matMul(tape, adapter.b, matMul(tape, adapter.a, x)), adapter.scale);
    if (adapter.bias) change = add(tape, change, scale(tape, adapter.bias, adapter.scale));
    y = add(tape, y, change);
    if (adapter.magnitude) y = mul(tape, y, magnitudeFactor(tape, weight, adapter));
  }
  return bias ? add(tape, y, bias) : y;
}

/** DoRA: magnitude ÷ length of each row of W + scale · B·A; the length counts as a constant in the gradient. */
function magnitudeFactor(tape: Tape, weight: Node, {a, b, scale: factor, magnitude}: AdapterNodes): Node {
  const {graph} = tape;
  const {base, context} = graph;
  const silent = tape.silent();
  const turned = permute(silent, a, [1, 0, 2, 3]);
  const change = scale(silent, matMul(silent, turned, b), factor);
  const wide =
    weight.type === "F32" ? weight : graph.add(base.cast(context, weight.pointer, 0), weight.shape);
  const changed = add(silent, wide, change);
  const squares = graph.add(base.sqr(context, changed.pointer), changed.shape);
  const sums = graph.add(base.sum_rows(context, squares.pointer), [1, b.shape[1], 1, 1]);
  const lengths = reshape(silent, graph.add(base.sqrt(context, sums.pointer), sums.shape), magnitude!.shape);
  return divideByConstant(tape, magnitude!, lengths);
}

import {
  add,
  Graph,
  getRows,
  mul,
  type Node,
  reshape,
  scale,
  softMax,
  SUMMED_AT_ONCE,
  Tape,
  type GraphMemory
} from "../../../weights/ggml/index.js";
import type {Batch} from "../batch.js";
import {type ForwardOptions, hiddenStates, logitsOf} from "../forward.js";
import {graphSize} from "../graphSize.js";
import type {LanguageConfig} from "../config.js";
import type {ModelNodes} from "../adapter.js";
import type {Targets} from "./targets.js";

/** Scores of this many tokens at once: what a large vocabulary costs in memory stays near 32 MB a copy. */
const SCORES_AT_ONCE = 8_000_000;

export interface LossOptions extends ForwardOptions {
  /** Adds the gradient of Σ weight · (−log p) to the trained weights' gradients. */
  gradients?: boolean;
}

/** Weights, and the memory to compute with them in. */
export interface Computing extends ModelNodes {
  config: LanguageConfig;
  workspace: GraphMemory;
}

/** How many targets are scored at once: a multiple of `SUMMED_AT_ONCE`. */
export function chunkRows(vocabulary: number): number {
  return Math.max(1, Math.floor(SCORES_AT_ONCE / vocabulary / SUMMED_AT_ONCE)) * SUMMED_AT_ONCE;
}

/**
 * −log p of every target, in their order, and on request the gradients of their weighted sum. Only targets are scored,
 * some hundred at a time, so that no row of labels or scores exists for tokens nobody learns.
 */
export function tokenLosses(
  model: Computing,
  batch: Batch,
  targets: Targets,
  options: LossOptions = {}
): Float32Array {
  if (targets.tokens.length === 0) return new Float32Array(0);
  const {graph, outputs} = lossGraph(model, batch, targets, options);
  try {
    graph.run();
    return readLosses(graph, outputs, targets.tokens.length);
  } finally {
    graph.free();
  }
}

/** As `tokenLosses`, computed on a thread beside this one. */
export async function tokenLossesAside(
  model: Computing,
  batch: Batch,
  targets: Targets,
  options: LossOptions = {}
): Promise<Float32Array> {
  if (targets.tokens.length === 0) return new Float32Array(0);
  const {graph, outputs} = lossGraph(model, batch, targets, options);
  try {
    await graph.runAside();
    return readLosses(graph, outputs, targets.tokens.length);
  } finally {
    graph.free();
  }
}

/** The losses of the first `count` targets: those behind them only fill up. */
function readLosses(graph: Graph, outputs: readonly Node[], count: number): Float32Array {
  const parts = outputs.map((output) => graph.read(output));
  const losses = new Float32Array(parts.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    losses.set(part, at);
    at += part.length;
  }
  return losses.subarray(0, count);
}

/** The targets with the last of them repeated, without weight, to a multiple of `SUMMED_AT_ONCE`. */
function filledUp({places, tokens, weights}: Targets): Targets {
  const count = Math.ceil(tokens.length / SUMMED_AT_ONCE) * SUMMED_AT_ONCE;
  const long = (values: Int32Array) =>
    Int32Array.from({length: count}, (_, i) => values[i] ?? values.at(-1)!);
  const padded = new Float32Array(count);
  padded.set(weights);
  return {places: long(places), tokens: long(tokens), weights: padded};
}

/** Bytes of one such computation, with those of weights that have no memory yet. */
export function lossBytes(
  model: Computing,
  batch: Batch,
  targets: Targets,
  options: LossOptions = {}
): number {
  const {graph} = lossGraph(model, batch, targets, options);
  try {
    return graph.plannedBytes();
  } finally {
    graph.free();
  }
}

/** The computation, to be run or planned, and freed. */
function lossGraph(
  model: Computing,
  batch: Batch,
  targets: Targets,
  {gradients = false, checkpointing, dropout}: LossOptions
): {graph: Graph; outputs: Node[]} {
  const {config, workspace} = model;
  const all = filledUp(targets);
  const count = all.tokens.length;
  const rows = chunkRows(config.vocabulary);
  const graph = new Graph(workspace, graphSize(config, Math.ceil(count / rows)));
  try {
    const tape = new Tape(graph, gradients);
    const hidden = hiddenStates(tape, config, model, batch, {checkpointing, dropout, places: all.places});
    const outputs: Node[] = [];
    let slope: Node | undefined;
    for (let from = 0; from < count; from += rows) {
      const chunk = part(all, from, Math.min(count, from + rows));
      const {loss, gradient} = chunkLoss(graph, model, hidden, chunk, gradients);
      outputs.push(graph.keep(loss));
      if (gradient) slope = slope ? add(tape.silent(), slope, gradient) : gradient;
    }
    if (slope) tape.backward(hidden, slope);
    return {graph, outputs};
  } catch (error) {
    graph.free();
    throw error;
  }
}

/** The targets from number `from` to before `to`. */
interface Chunk {
  from: number;
  tokens: Int32Array;
  weights: Float32Array;
}

function part({tokens, weights}: Targets, from: number, to: number): Chunk {
  return {from, tokens: tokens.slice(from, to), weights: weights.slice(from, to)};
}

/** `hidden` holds a state for each of all targets. */
function chunkLoss(
  graph: Graph,
  model: Computing,
  hidden: Node,
  {from, tokens, weights}: Chunk,
  gradients: boolean
): {loss: Node; gradient?: Node} {
  const {base, context} = graph;
  const {config} = model;
  const {vocabulary} = config;
  const n = tokens.length;
  const tape = new Tape(graph, gradients);
  const silent = tape.silent();
  const leaf = {...hidden, tracked: gradients && hidden.tracked};
  const columns = () =>
    graph.input(
      Int32Array.from(tokens, (_, i) => from + i),
      [n],
      "I32"
    );
  const own = n === hidden.shape[1] ? leaf : getRows(tape, leaf, columns());
  const scores = logitsOf(tape, config, model, own);
  const shares = softMax(silent, scores, undefined, 1);
  // −log p from the largest score, whose share is never rounded to zero: max − log(share of max) − own.
  const best = graph.add(base.argmax(context, scores.pointer), [n, 1, 1, 1], "I32");
  const single = (node: Node) => reshape(silent, node, [1, vocabulary, n, 1]);
  const pick = (node: Node, rows: Node) => {
    const each = reshape(silent, rows, [1, n, 1, 1]);
    return graph.add(base.get_rows(context, single(node).pointer, each.pointer), [1, 1, n, 1]);
  };
  const targets = graph.input(tokens, [n], "I32");
  const chosen = pick(scores, targets);
  const top = pick(scores, best);
  const topShare = graph.add(base.log(context, pick(shares, best).pointer), chosen.shape);
  const spread = graph.add(base.sub(context, top.pointer, chosen.pointer), chosen.shape);
  const loss = graph.add(base.sub(context, spread.pointer, topShare.pointer), chosen.shape);
  if (!gradients) return {loss};
  // The gradient of the scores is the shares, less one at the target.
  const less = graph.add(base.scale_bias(context, pick(shares, targets).pointer, 1, -1), [1, 1, n, 1]);
  const places64 = BigInt64Array.from(
    tokens,
    (token, row) => BigInt(row) * BigInt(vocabulary) + BigInt(token)
  );
  const flat = reshape(silent, shares, [1, vocabulary * n, 1, 1]);
  const set = graph.add(
    base.set_rows(
      context,
      flat.pointer,
      reshape(silent, less, [1, n, 1, 1]).pointer,
      graph.input(places64, [n], "I64").pointer
    ),
    flat.shape
  );
  const slopes = reshape(silent, set, [vocabulary, n, 1, 1]);
  const first = weights[0]!;
  const weighed = weights.every((weight) => weight === first)
    ? scale(silent, slopes, first)
    : mul(silent, slopes, graph.input(weights, [1, n], "F32"));
  return {loss, gradient: tape.backward(scores, weighed).get(leaf)};
}

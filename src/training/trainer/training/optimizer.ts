import {Graph, type Node, type GraphMemory} from "../../../weights/ggml/index.js";
import type {Trainable} from "./trainable.js";

/** AdamW with decoupled weight decay (https://arxiv.org/abs/1711.05101). */
export interface AdamWSettings {
  beta1: number;
  beta2: number;
  eps: number;
  weightDecay: number;
}

export const defaultAdamW: AdamWSettings = {beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0};

/** The length of all gradients taken together. NaN when any of them is. */
export function gradientNorm(workspace: GraphMemory, trainable: Trainable): number {
  const graph = new Graph(workspace, trainable.parameters.length * 2 + 64);
  try {
    const {base, context} = graph;
    const sums = trainable.parameters.map(({gradient}) => {
      const squares = graph.add(base.sqr(context, gradient.pointer), gradient.shape);
      return graph.keep(graph.add(base.sum(context, squares.pointer), [1, 1, 1, 1]));
    });
    graph.run();
    let total = 0;
    for (const sum of sums) total += graph.read(sum)[0]!;
    return Math.sqrt(total);
  } finally {
    graph.free();
  }
}

/** What gradients are multiplied with so that their length is at most `limit`. */
export function clipFactor(norm: number, limit: number | undefined): number {
  return limit === undefined ? 1 : Math.min(1, limit / (norm + 1e-6));
}

/**
 * Step number `step` (from 1) of AdamW at learning rate `rate`, over the gradients times `factor`. Changes weights and
 * moments; the gradients are left multiplied.
 */
export function adamWStep(
  workspace: GraphMemory,
  trainable: Trainable,
  {beta1, beta2, eps, weightDecay}: AdamWSettings,
  {step, rate, factor}: {step: number; rate: number; factor: number}
): void {
  const graph = new Graph(workspace, trainable.parameters.length * 3 + 64);
  try {
    const {base, context} = graph;
    const correction = (beta: number) =>
      // The library computes 1 − β in 32 bits: the moments carry that factor, the correction takes it out.
      ((1 - beta) / (1 - Math.fround(beta))) * (1 / (1 - beta ** step));
    const known = new Map<number, Node>();
    const settings = (decay: number): Node => {
      const values = Float32Array.of(rate, beta1, beta2, eps, decay, correction(beta1), correction(beta2));
      const node = known.get(decay) ?? graph.input(values, [7], "F32");
      known.set(decay, node);
      return node;
    };
    for (const {name, node, gradient, decays} of trainable.parameters) {
      const scaled: Node =
        factor === 1
          ? gradient
          : graph.add(base.scale_inplace(context, gradient.pointer, factor), gradient.shape);
      graph.add(
        base.opt_step_adamw(
          context,
          node.pointer,
          scaled.pointer,
          trainable.moment(name, "first").pointer,
          trainable.moment(name, "second").pointer,
          settings(decays ? weightDecay : 0).pointer
        ),
        node.shape
      );
    }
    graph.run();
  } finally {
    graph.free();
  }
}

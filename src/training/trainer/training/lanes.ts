import {
  type Backend,
  elements,
  Graph,
  type Node,
  openBackend,
  Storage,
  GraphMemory
} from "../../../weights/ggml/index.js";
import type {LanguageModel} from "../model.js";
import {type Computing, type LossOptions, tokenLossesAside} from "./loss.js";
import type {LabelledBatch} from "./rows.js";
import {targetsOf} from "./targets.js";
import type {Trainable} from "./trainable.js";

/**
 * Above this many trained values a second copy of the gradients takes more memory than the time is worth, and the library
 * shares the large products of such models well among its threads.
 */
const MOST_TRAINED = 32_000_000;

/** Into how many parts a micro-batch is cut: the same on every machine, for the order of sums decides on the last bits. */
export function lanesOf(trainable: Pick<Trainable, "parameters">): 1 | 2 {
  const values = trainable.parameters.reduce((sum, {node}) => sum + elements(node.shape), 0);
  return values > MOST_TRAINED ? 1 : 2;
}

/** The rows of a micro-batch in as many parts of about the same size, none empty. */
export function partsOf<T>(rows: readonly T[], lanes: number): T[][] {
  const count = Math.min(lanes, rows.length);
  return Array.from({length: count}, (_, i) =>
    rows.slice(Math.floor((i * rows.length) / count), Math.floor(((i + 1) * rows.length) / count))
  );
}

/** How a part of a micro-batch is computed. */
export interface PartOptions extends LossOptions {
  /** Weight of each learned token, of all or by row. */
  weight: number | ((row: number) => number);
}

/** One of the places where gradients are computed at the same time. */
interface GradientWorker extends Computing {
  backend: Backend;
}

/** A lane beside the first, which is the model itself: the same weights with gradients of their own. */
interface Aside extends GradientWorker {
  gradients: Storage;
}

/**
 * Computes the losses and gradients of a micro-batch's parts at the same time, each with its share of the threads. The products of a
 * small model are too small for several threads to share: two parts of it on two cores are half as fast again as one after
 * the other. With one thread the parts are computed in turn, to the same bits.
 */
export class Lanes {
  private constructor(
    private readonly model: LanguageModel,
    private readonly trainable: Trainable,
    private readonly asides: readonly Aside[]
  ) {}

  static async open(model: LanguageModel, trainable: Trainable): Promise<Lanes> {
    const asides: Aside[] = [];
    while (asides.length < lanesOf(trainable) - 1)
      asides.push(asideOf(model, trainable, await openBackend(1)));
    return new Lanes(model, trainable, asides);
  }

  get count(): number {
    return this.asides.length + 1;
  }

  /**
   * −log p of every learned token, part after part; with `gradients`, Σ weight · (−log p) adds to the trainable's gradients.
   * `options` are asked for each part by its number.
   */
  async losses(
    parts: readonly LabelledBatch[],
    options: (part: number) => PartOptions
  ): Promise<Float32Array[]> {
    const {backend} = this.model;
    const threads = backend.threads;
    const lanes = [this.model, ...this.asides].slice(0, parts.length);
    const each = parts.map((_, i) => options(i));
    const compute = (lane: GradientWorker, i: number) => {
      const {batch, labels, soft} = parts[i]!;
      const {weight, ...own} = each[i]!;
      return tokenLossesAside(lane, batch, targetsOf(batch, labels, weight, soft), own);
    };
    const found: Float32Array[] = [];
    if (threads < lanes.length) for (const [i, lane] of lanes.entries()) found.push(await compute(lane, i));
    else {
      lanes.forEach((lane, i) => lane.backend.useThreads(Math.floor((threads + i) / lanes.length)));
      // All have ended before any failure is told: what they compute with is freed then.
      const ended = await Promise.allSettled(lanes.map(compute));
      backend.useThreads(threads);
      for (const one of ended) {
        if (one.status === "rejected") throw one.reason;
        found.push(one.value);
      }
    }
    if (each[0]?.gradients) this.gather(parts.length - 1);
    return found;
  }

  /** Adds the gradients of the first `count` asides to the trainable's. */
  private gather(count: number): void {
    const used = this.asides.slice(0, count);
    if (used.length === 0) return;
    const graph = new Graph(this.model.workspace, this.trainable.parameters.length * (used.length + 1) + 64);
    try {
      const {base, context} = graph;
      for (const {gradients} of used)
        for (const {name, gradient} of this.trainable.parameters)
          graph.add(
            base.add_inplace(context, gradient.pointer, gradients.get(name).pointer) as bigint,
            gradient.shape
          );
      graph.run();
      for (const {gradients} of used) gradients.clear();
    } finally {
      graph.free();
    }
  }

  free(): void {
    for (const {workspace, gradients, backend} of this.asides) {
      workspace.free();
      gradients.free();
      backend.free();
    }
  }
}

function asideOf(model: LanguageModel, {parameters}: Trainable, backend: Backend): Aside {
  const gradients = new Storage(
    backend,
    parameters.map(({name, node}) => ({name, shape: node.shape}))
  );
  const copies = new Map(
    parameters.map(({name, node}) => [node, {...node, gradient: gradients.get(name)}] as const)
  );
  const own = <T extends Node | undefined>(node: T) => ((node && copies.get(node)) ?? node) as T;
  return {
    backend,
    gradients,
    config: model.config,
    workspace: new GraphMemory(backend),
    weight: (name) => own(model.weight(name)),
    adapter(path) {
      const nodes = model.adapter(path);
      if (!nodes) return undefined;
      const {a, b, bias, magnitude} = nodes;
      return {...nodes, a: own(a), b: own(b), bias: own(bias), magnitude: own(magnitude)};
    }
  };
}

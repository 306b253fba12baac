import {type Backend, type Node, Storage} from "../../../weights/ggml/index.js";

/** A tensor that training changes, with its place for the gradient and the optimiser's two moments. */
export interface TrainedTensor {
  name: string;
  node: Node;
  gradient: Node;
  /** Whether weight decay pulls at it. */
  decays: boolean;
}

/** What a training changes. Memory: four times the trained weights (weights, gradients, two moments). */
export class Trainable {
  readonly parameters: TrainedTensor[];
  private readonly gradients: Storage;
  private readonly first: Storage;
  private readonly second: Storage;

  constructor(
    readonly backend: Backend,
    readonly weights: Storage,
    names: readonly string[],
    decays: (name: string) => boolean = () => true,
    {allocate = true}: {allocate?: boolean} = {}
  ) {
    const planned = names.map((name) => ({name, shape: weights.shapeOf(name)}));
    this.gradients = new Storage(backend, planned, {allocate});
    this.first = new Storage(backend, planned, {allocate});
    this.second = new Storage(backend, planned, {allocate});
    this.parameters = names.map((name) => {
      const node = weights.get(name);
      if (node.type !== "F32") throw new Error(`${name} is kept as ${node.type} and cannot be trained`);
      const gradient = this.gradients.get(name);
      backend.ggml.base.set_param(node.pointer);
      node.tracked = true;
      node.gradient = gradient;
      return {name, node, gradient, decays: decays(name)};
    });
  }

  moment(name: string, which: "first" | "second"): Node {
    return this[which].get(name);
  }

  clearGradients(): void {
    this.gradients.clear();
  }

  gradientOf(name: string): Float32Array {
    return this.gradients.read(name);
  }

  /** Everything that decides the following steps, by name: "weight/…", "first/…", "second/…". */
  *state(): Generator<{name: string; shape: readonly number[]; values: () => Float32Array}> {
    for (const {name, node} of this.parameters) {
      const shape = node.shape;
      yield {name: `weight/${name}`, shape, values: () => this.weights.read(name)};
      yield {name: `first/${name}`, shape, values: () => this.first.read(name)};
      yield {name: `second/${name}`, shape, values: () => this.second.read(name)};
    }
  }

  restore(name: string, values: Float32Array): void {
    const [kind, ...rest] = name.split("/");
    const storage = {weight: this.weights, first: this.first, second: this.second}[kind!];
    if (!storage) throw new Error(`no state ${name}`);
    storage.write(rest.join("/"), values);
  }

  /** Gives back gradients and moments; the weights belong to the model. */
  free(): void {
    for (const {node} of this.parameters) {
      node.tracked = false;
      node.gradient = undefined;
    }
    this.gradients.free();
    this.first.free();
    this.second.free();
  }
}

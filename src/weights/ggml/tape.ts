import type {Graph} from "./graph.js";
import type {Node} from "./node.js";

interface TapeEntry {
  output: Node;
  inputs: readonly Node[];
  /** One gradient an input, undefined where none is wanted. */
  backward(gradient: Node, wanted: readonly boolean[]): (Node | undefined)[];
}

/**
 * Reverse-mode differentiation: operators record how their gradient passes on, and `backward` adds those nodes to the
 * same graph, last operator first. A trained weight's gradient adds to `weight.gradient`.
 */
export class Tape {
  private readonly entries: TapeEntry[] = [];

  constructor(
    readonly graph: Graph,
    private readonly recording = true
  ) {}

  /** A tape on the same graph that remembers nothing: for values only. */
  silent(): Tape {
    return new Tape(this.graph, false);
  }

  record(output: Node, inputs: readonly Node[], backward: TapeEntry["backward"]): Node {
    const tracked = this.recording && inputs.some((input) => input.tracked);
    const node = tracked ? {...output, tracked} : output;
    if (tracked) this.entries.push({output: node, inputs, backward});
    return node;
  }

  /**
   * Computes `section` and forgets everything inside it; its nodes are made again when the gradient comes by. Less
   * memory for a second forward pass, the same bits.
   */
  checkpoint(inputs: readonly Node[], section: (tape: Tape, inputs: readonly Node[]) => Node): Node {
    if (!this.recording) return section(this, inputs);
    const output = section(this.silent(), inputs);
    return this.record({...output, tracked: true}, [...inputs, {...output, tracked: true}], (gradient) => {
      const again = new Tape(this.graph);
      const copies = inputs.map((input) => ({...input}));
      const result = section(again, copies);
      const gradients = again.backward(result, gradient);
      return [...copies.map((copy) => gradients.get(copy)), undefined];
    });
  }

  /** Adds the backward nodes from `output`, whose gradient is given; returns the gradients of untrained inputs. */
  backward(output: Node, gradient: Node): Map<Node, Node> {
    const gradients = new Map<Node, Node>([[output, gradient]]);
    for (const {output: node, inputs, backward} of this.entries.reverse()) {
      const own = gradients.get(node);
      if (!own) continue;
      gradients.delete(node);
      const wanted = inputs.map((input) => input.tracked);
      backward(own, wanted).forEach((share, i) => {
        const input = inputs[i]!;
        if (share && input.tracked) this.pass(input, share, gradients);
      });
    }
    this.entries.length = 0;
    return gradients;
  }

  private pass(input: Node, share: Node, gradients: Map<Node, Node>): void {
    const {graph} = this;
    const {base} = graph;
    if (input.gradient) {
      graph.add(base.add_inplace(graph.context, input.gradient.pointer, share.pointer), input.shape);
      return;
    }
    const before = gradients.get(input);
    gradients.set(
      input,
      before ? graph.add(base.add(graph.context, before.pointer, share.pointer), input.shape) : share
    );
  }
}

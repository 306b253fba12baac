import {UserError} from "../../base/validation/errors.js";
import type {Backend} from "./backend.js";
import {type LibraryPointer, type TypeName, TYPES} from "./functions.js";
import {type Node, nodeOf, type NodeShape} from "./node.js";
import {readFloats} from "./storage.js";

/** The memory that graphs of one model take turns in; it grows to what the largest needs. */
export class GraphMemory {
  readonly pointer: LibraryPointer;
  private freed = false;

  constructor(readonly backend: Backend) {
    const {base} = backend.ggml;
    this.pointer = base.gallocr_new(base.backend_get_default_buffer_type(backend.pointer)) as LibraryPointer;
  }

  get bytes(): number {
    return Number(this.backend.ggml.base.gallocr_get_buffer_size(this.pointer, 0));
  }

  free(): void {
    if (!this.freed) this.backend.ggml.base.gallocr_free(this.pointer);
    this.freed = true;
  }
}

type NodeValues = Float32Array | Int32Array | BigInt64Array | Uint16Array;

/** The most tensors that are made between two checks of the room: a full context or graph ends the process. */
const BETWEEN = 32;

/**
 * One computation: nodes are computed in the order they are added, and their memory is reused as soon as nothing
 * later reads them. Build it, `run()` it once, read the outputs, `free()` it.
 */
export class Graph {
  readonly context: LibraryPointer;
  /** Copies with the first two dimensions exchanged, by what they are copies of. */
  readonly transposes = new Map<LibraryPointer, Node>();
  private readonly graph: LibraryPointer;
  private readonly inputs: {node: Node; values: NodeValues | (() => NodeValues)}[] = [];
  /** Bytes of the context that may be used. */
  private readonly room: number;
  private freed = false;

  /** `size`: the most tensors it can take: inputs, nodes, and the views they look through. */
  constructor(
    readonly workspace: GraphMemory,
    private readonly size: number
  ) {
    const {base} = this.backend.ggml;
    const tensor = Number(base.tensor_overhead());
    const graph = Number(base.graph_overhead_custom(size + BETWEEN, false));
    const bytes = graph + tensor * (size + 2 * BETWEEN);
    this.context = base.init({mem_size: bytes, mem_buffer: null, no_alloc: true}) as LibraryPointer;
    this.graph = base.new_graph_custom(this.context, size + BETWEEN, false) as LibraryPointer;
    this.room = Number(base.used_mem(this.context)) + tensor * size;
  }

  get backend(): Backend {
    return this.workspace.backend;
  }

  get base() {
    return this.backend.ggml.base;
  }

  /**
   * Values that the computation reads. A function makes them when they are set, in the order of the inputs: they may lie in an
   * array that the next one uses again.
   */
  input(values: NodeValues | (() => NodeValues), shape: readonly number[], type: TypeName): Node {
    const [a = 1, b = 1, c = 1, d = 1] = shape;
    const pointer = this.base.new_tensor_4d(this.context, TYPES[type], a, b, c, d) as LibraryPointer;
    this.base.set_input(pointer);
    const node = nodeOf(pointer, [a, b, c, d], type);
    this.inputs.push({node, values});
    this.checkRoom();
    return node;
  }

  /** Adds a node at the end. */
  add(pointer: LibraryPointer | null, shape: NodeShape, type: TypeName = "F32", tracked = false): Node {
    if (!pointer) throw new Error("the graph is full");
    this.base.build_forward_expand(this.graph, pointer);
    this.checkRoom();
    return nodeOf(pointer, shape, type, tracked);
  }

  private checkRoom(): void {
    const {base, context, graph, size, room} = this;
    if ((base.graph_n_nodes(graph) as number) > size || Number(base.used_mem(context)) > room)
      throw new Error(`more than ${size} tensors in one computation`);
  }

  /** Keeps a node's values until the graph is freed. */
  keep(node: Node): Node {
    this.base.set_output(node.pointer);
    return node;
  }

  /**
   * Keeps a node's memory untouched up to here. Some operators read an operand after they began to write their result,
   * and the planner would give them the operand's own memory for it when nothing later reads it.
   */
  hold(node: Node): void {
    this.add(
      this.base.reshape_4d(this.context, node.pointer, ...node.shape) as LibraryPointer,
      node.shape,
      node.type
    );
  }

  /** Bytes the graph needs, with those of tensors that have no memory yet, without taking any. */
  plannedBytes(): number {
    const sizes = [0];
    this.base.gallocr_reserve_n_size(this.workspace.pointer, this.graph, null, null, sizes);
    return Number(sizes[0]);
  }

  /** Plans the memory, sets the inputs and computes every node. */
  run(): void {
    this.prepare();
    this.ended(this.base.backend_graph_compute(this.backend.pointer, this.graph) as number);
  }

  /** As `run`, on a thread beside this one, which goes on meanwhile: the graph and its workspace are to be left alone. */
  async runAside(): Promise<void> {
    this.prepare();
    const status = await new Promise<number>((resolve, reject) =>
      this.base.backend_graph_compute.async(
        this.backend.pointer,
        this.graph,
        (error: Error | null, result: number) => (error ? reject(error) : resolve(result))
      )
    );
    this.ended(status);
  }

  private prepare(): void {
    const {base} = this;
    if (!(base.gallocr_alloc_graph(this.workspace.pointer, this.graph) as boolean))
      throw new UserError(
        "The memory for one step could not be had. Use shorter rows, fewer rows at once, or checkpointing."
      );
    for (const {node, values: given} of this.inputs) {
      const values = typeof given === "function" ? given() : given;
      const bytes = Number(base.nbytes(node.pointer));
      if (bytes !== values.byteLength)
        throw new Error(`an input of ${values.byteLength} bytes for a tensor of ${bytes}`);
      base.backend_tensor_set(node.pointer, values, 0, bytes);
    }
  }

  private ended(status: number): void {
    if (status !== 0) throw new UserError(`The computation failed with status ${status}.`);
  }

  read(node: Node): Float32Array {
    return readFloats(this.backend, node);
  }

  free(): void {
    if (!this.freed) this.base.free(this.context);
    this.freed = true;
  }
}

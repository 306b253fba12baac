import {UserError} from "../../base/validation/errors.js";
import type {Backend} from "./backend.js";
import {type LibraryPointer, type TypeName, TYPES} from "./functions.js";
import {type Node, nodeOf, type NodeShape} from "./node.js";

/** A tensor to keep: fastest dimension first, as ggml counts them. */
export interface Planned {
  name: string;
  shape: readonly number[];
  type?: TypeName;
}

/**
 * Tensors that outlive a graph: weights, gradients, moments. Allocated together, freed together, zero at first. Without
 * `allocate` they have no memory, and serve to plan a graph's.
 */
export class Storage {
  readonly bytes: number;
  /** Bytes of the tensors, whether they have memory or not. */
  readonly tensorBytes: number;
  private readonly context: LibraryPointer;
  private readonly buffer: LibraryPointer | null;
  private readonly nodes = new Map<string, Node>();
  private freed = false;

  constructor(
    private readonly backend: Backend,
    planned: readonly Planned[],
    {allocate = true}: {allocate?: boolean} = {}
  ) {
    const {base} = backend.ggml;
    const bytes = Number(base.tensor_overhead()) * (planned.length + 1);
    this.context = base.init({mem_size: bytes, mem_buffer: null, no_alloc: true}) as LibraryPointer;
    let expected = 0;
    for (const {name, shape, type = "F32"} of planned) {
      const [a = 1, b = 1, c = 1, d = 1] = shape;
      const pointer = base.new_tensor_4d(this.context, TYPES[type], a, b, c, d) as LibraryPointer;
      this.nodes.set(name, nodeOf(pointer, [a, b, c, d], type));
      expected += Number(base.nbytes(pointer));
    }
    this.tensorBytes = expected;
    this.buffer =
      planned.length === 0 || !allocate
        ? null
        : (base.backend_alloc_ctx_tensors(this.context, backend.pointer) as LibraryPointer | null);
    if (planned.length > 0 && allocate && !this.buffer)
      throw new UserError(
        `${(expected / 1e6).toFixed(0)} MB for ${planned.length} tensors could not be had. Free memory, or use a smaller model or shorter rows.`
      );
    this.bytes = this.buffer ? Number(base.backend_buffer_get_size(this.buffer)) : 0;
    if (this.buffer) base.backend_buffer_clear(this.buffer, 0);
  }

  get(name: string): Node {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`no tensor ${name}`);
    return node;
  }

  find(name: string): Node | undefined {
    return this.nodes.get(name);
  }

  names(): string[] {
    return [...this.nodes.keys()];
  }

  shapeOf(name: string): NodeShape {
    return this.get(name).shape;
  }

  /** Sets a tensor from floats (or whole numbers, for whole-number tensors) of its own type's width. */
  write(name: string, values: Float32Array | Int32Array | Uint16Array | Uint8Array): void {
    const {base} = this.backend.ggml;
    const node = this.get(name);
    const bytes = Number(base.nbytes(node.pointer));
    if (bytes !== values.byteLength)
      throw new Error(`${name}: ${values.byteLength} bytes for a tensor of ${bytes}`);
    base.backend_tensor_set(node.pointer, values, 0, bytes);
  }

  /** The values of a 32-bit float tensor. */
  read(name: string): Float32Array {
    return readFloats(this.backend, this.get(name));
  }

  /** Sets everything to zero. */
  clear(): void {
    if (this.buffer) this.backend.ggml.base.backend_buffer_clear(this.buffer, 0);
  }

  free(): void {
    if (this.freed) return;
    this.freed = true;
    const {base} = this.backend.ggml;
    if (this.buffer) base.backend_buffer_free(this.buffer);
    base.free(this.context);
  }
}

/** The values of a contiguous 32-bit float tensor. */
export function readFloats(backend: Backend, node: Node): Float32Array {
  const {base} = backend.ggml;
  const bytes = Number(base.nbytes(node.pointer));
  const out = new Uint8Array(bytes);
  base.backend_tensor_get(node.pointer, out, 0, bytes);
  return new Float32Array(out.buffer);
}

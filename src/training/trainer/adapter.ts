import type {Node} from "../../weights/ggml/index.js";

/** A low-rank change of one module, its tensors in the library. */
export interface AdapterNodes {
  /** Scale of the product: α / r, or α / √r. */
  scale: number;
  /** [in, r]; for embeddings [r, vocabulary]. */
  a: Node;
  /** [r, out]. */
  b: Node;
  bias?: Node;
  /** DoRA: the length of each output's weights. */
  magnitude?: Node;
}

/** The weights of a model by name, and the adapters by the path of the module they change. */
export interface ModelNodes {
  weight(name: string): Node | undefined;
  adapter(path: string): AdapterNodes | undefined;
}

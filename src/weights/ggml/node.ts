import type {LibraryPointer, TypeName} from "./functions.js";

/** Sizes of the four dimensions, fastest first. */
export type NodeShape = readonly [number, number, number, number];

/** A tensor of the library, with what the tape must know of it. */
export interface Node {
  pointer: LibraryPointer;
  shape: NodeShape;
  type: TypeName;
  /** Whether a gradient reaches it. */
  tracked: boolean;
  /** Where the gradient of a trained weight adds up. */
  gradient?: Node;
}

export function nodeOf(
  pointer: LibraryPointer,
  shape: NodeShape,
  type: TypeName = "F32",
  tracked = false
): Node {
  return {pointer, shape, type, tracked};
}

export function elements(shape: NodeShape): number {
  return shape[0] * shape[1] * shape[2] * shape[3];
}

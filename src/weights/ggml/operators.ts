import type {LibraryPointer} from "./functions.js";
import type {Graph} from "./graph.js";
import type {Node, NodeShape} from "./node.js";
import type {Tape} from "./tape.js";

/*
 * Operators on 32-bit floats, each with its gradient. Shapes are [fastest, …]. Second operands of `add` and `mul`
 * repeat along the first's dimensions.
 */

const same = (a: NodeShape, b: NodeShape) => a.every((size, i) => size === b[i]);

function repeatBack({graph}: Tape, gradient: Node, like: Node): Node {
  if (same(gradient.shape, like.shape)) return gradient;
  return graph.add(graph.base.repeat_back(graph.context, gradient.pointer, like.pointer), like.shape);
}

function plain({graph}: Tape, name: "mul" | "add" | "sub" | "div", a: Node, b: Node): Node {
  return graph.add(graph.base[name](graph.context, a.pointer, b.pointer), a.shape);
}

export function add(tape: Tape, a: Node, b: Node): Node {
  return tape.record(plain(tape, "add", a, b), [a, b], (g, [, second]) => [
    g,
    second ? repeatBack(tape, g, b) : undefined
  ]);
}

export function mul(tape: Tape, a: Node, b: Node): Node {
  return tape.record(plain(tape, "mul", a, b), [a, b], (g, [first, second]) => [
    first ? plain(tape, "mul", g, b) : undefined,
    second ? repeatBack(tape, plain(tape, "mul", g, a), b) : undefined
  ]);
}

/** a ÷ b, where b is a constant of a's shape. */
export function divideByConstant(tape: Tape, a: Node, b: Node): Node {
  return tape.record(plain(tape, "div", a, b), [a], (g) => [plain(tape, "div", g, b)]);
}

export function scale(tape: Tape, a: Node, factor: number): Node {
  const {graph} = tape;
  const times = (node: Node) => graph.add(graph.base.scale(graph.context, node.pointer, factor), node.shape);
  return tape.record(times(a), [a], (g) => [times(g)]);
}

/** factor · a + offset. */
export function scaleAndShift(tape: Tape, a: Node, factor: number, offset: number): Node {
  const {graph} = tape;
  return tape.record(
    graph.add(graph.base.scale_bias(graph.context, a.pointer, factor, offset), a.shape),
    [a],
    (g) => [graph.add(graph.base.scale(graph.context, g.pointer, factor), a.shape)]
  );
}

export function tanh(tape: Tape, a: Node): Node {
  const {graph} = tape;
  const y = graph.add(graph.base.tanh(graph.context, a.pointer), a.shape);
  return tape.record(y, [a], (g) => {
    const square = graph.add(graph.base.sqr(graph.context, y.pointer), a.shape);
    const slope = graph.add(graph.base.scale_bias(graph.context, square.pointer, -1, 1), a.shape);
    return [plain(tape, "mul", g, slope)];
  });
}

export function silu(tape: Tape, a: Node): Node {
  const {graph} = tape;
  return tape.record(graph.add(graph.base.silu(graph.context, a.pointer), a.shape), [a], (g) => [
    graph.add(graph.base.silu_back(graph.context, g.pointer, a.pointer), a.shape)
  ]);
}

/** x ÷ √(mean(x²) + eps) along the first dimension. */
export function rmsNorm(tape: Tape, a: Node, eps: number): Node {
  const {graph} = tape;
  return tape.record(graph.add(graph.base.rms_norm(graph.context, a.pointer, eps), a.shape), [a], (g) => {
    const slope = graph.add(graph.base.rms_norm_back(graph.context, g.pointer, a.pointer, eps), a.shape);
    graph.hold(g);
    return [slope];
  });
}

/** A copy of `a` with its first two dimensions exchanged, made once a graph. */
function transposed({graph}: Tape, a: Node): Node {
  const known = graph.transposes.get(a.pointer);
  if (known) return known;
  const {base, context} = graph;
  const wide = a.type === "F32" ? a : graph.add(base.cast(context, a.pointer, 0), a.shape);
  const [x, y, z, w] = a.shape;
  const node =
    z * w === 1 && x % SLICES === 0
      ? transposedInSlices(graph, wide)
      : graph.add(base.cont(context, base.transpose(context, wide.pointer)), [y, x, z, w]);
  graph.transposes.set(a.pointer, node);
  return node;
}

const SLICES = 16;

/**
 * A turned copy of [x, y] in half the time: `cont` moves each value by a call of memcpy, `concat` does not, and shares its third
 * dimension among the threads. So x is cut into slices, and the first is added once more behind them and left there.
 */
function transposedInSlices(graph: Graph, a: Node): Node {
  const {base, context} = graph;
  const [x, y] = a.shape;
  const wide = x / SLICES;
  const bytes = 4;
  const turned = (slices: number) => {
    const {pointer} = a;
    const cut = base.view_4d(context, pointer, wide, slices, y, 1, wide * bytes, x * bytes, x * y * bytes, 0);
    return base.permute(context, cut, 1, 2, 0, 3);
  };
  const joined = graph.add(base.concat(context, turned(SLICES), turned(1), 2), [y, wide, SLICES + 1, 1]);
  const size = y * bytes;
  return graph.add(base.view_4d(context, joined.pointer, y, x, 1, 1, size, size * x, size * x, 0), [
    y,
    x,
    1,
    1
  ]);
}

/** With fewer columns of either side, turning both costs more than the faster product saves. */
const WORTH_TURNING = 32;
/** The library's fast products of rows are those that sum over a multiple of this. */
export const SUMMED_AT_ONCE = 16;

/** Columns of `a` [k, n] with columns of `b` [m, n]: [k, m]. The library's product of rows is about twice as fast. */
function outerProduct(tape: Tape, a: Node, b: Node): LibraryPointer {
  const {base, context} = tape.graph;
  if (Math.min(a.shape[0], b.shape[0]) < WORTH_TURNING || a.shape[1] % SUMMED_AT_ONCE !== 0)
    return base.out_prod(context, a.pointer, b.pointer) as LibraryPointer;
  const [first, second] = [transposed(tape, a), transposed(tape, b)];
  return base.mul_mat(context, first.pointer, second.pointer) as LibraryPointer;
}

/**
 * Rows of `a` [k, m] with rows of `b` [k, n]: [m, n]. `a` may be a weight of another type, whose gradient is then not
 * wanted. Further dimensions must agree.
 */
export function matMul(tape: Tape, a: Node, b: Node): Node {
  const {graph} = tape;
  const {base, context} = graph;
  const shape: NodeShape = [a.shape[1], b.shape[1], b.shape[2], b.shape[3]];
  return tape.record(
    graph.add(base.mul_mat(context, a.pointer, b.pointer), shape),
    [a, b],
    (g, [first, second]) => [
      first ? graph.add(outerProduct(tape, b, g), a.shape) : undefined,
      second ? graph.add(base.mul_mat(context, transposed(tape, a).pointer, g.pointer), b.shape) : undefined
    ]
  );
}

/** Softmax along the first dimension of scale · a + mask; the mask is a constant, −∞ where nothing may be seen. */
export function softMax(tape: Tape, a: Node, mask: Node | undefined, factor: number): Node {
  const {graph} = tape;
  const {base, context} = graph;
  const y = graph.add(base.soft_max_ext(context, a.pointer, mask?.pointer ?? null, factor, 0), a.shape);
  return tape.record(y, [a], (g) => {
    const slope = graph.add(base.soft_max_ext_back(context, g.pointer, y.pointer, factor, 0), a.shape);
    graph.hold(y);
    return [slope];
  });
}

/** Rotates halves of the first dimension: base frequencies θ^(−2i/d) ÷ factors, cos and sin times `attention`. */
export interface Rotation {
  theta: number;
  attention: number;
  /** One divisor a pair, or none. */
  factors?: Node;
}

export function rotate(tape: Tape, a: Node, positions: Node, {theta, attention, factors}: Rotation): Node {
  const {graph} = tape;
  const {base, context} = graph;
  const settings = [a.shape[0], 2, 0, theta, 1, 0, attention, 32, 1] as const;
  const operands = [positions.pointer, factors?.pointer ?? null] as const;
  return tape.record(
    graph.add(base.rope_ext(context, a.pointer, ...operands, ...settings), a.shape),
    [a],
    (g) => [graph.add(base.rope_ext_back(context, g.pointer, ...operands, ...settings), a.shape)]
  );
}

/** Rows of `table` [width, rows] by number: [width, numbers]. */
export function getRows(tape: Tape, table: Node, rows: Node): Node {
  const {graph} = tape;
  const {base, context} = graph;
  return tape.record(
    graph.add(base.get_rows(context, table.pointer, rows.pointer), [table.shape[0], rows.shape[0], 1, 1]),
    [table],
    (g) => [graph.add(base.get_rows_back(context, g.pointer, rows.pointer, table.pointer), table.shape)]
  );
}

export function reshape(tape: Tape, a: Node, shape: NodeShape): Node {
  const {graph} = tape;
  const to = (node: Node, target: NodeShape) =>
    graph.add(graph.base.reshape_4d(graph.context, node.pointer, ...target), target, node.type);
  return tape.record(to(a, shape), [a], (g) => [to(g, a.shape)]);
}

/** Dimension i of `a` becomes dimension `axes[i]`; the values are copied into that order. */
export function permute(tape: Tape, a: Node, axes: NodeShape): Node {
  const {graph} = tape;
  const move = (node: Node, order: NodeShape) => {
    const shape: [number, number, number, number] = [1, 1, 1, 1];
    order.forEach((axis, i) => (shape[axis] = node.shape[i]!));
    const view = graph.base.permute(graph.context, node.pointer, ...order) as bigint;
    return graph.add(graph.base.cont(graph.context, view), shape);
  };
  const inverse: [number, number, number, number] = [0, 0, 0, 0];
  axes.forEach((axis, i) => (inverse[axis] = i));
  return tape.record(move(a, axes), [a], (g) => [move(g, inverse)]);
}

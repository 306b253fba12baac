import {rng} from "../stats/index.js";
import {
  DEFAULT_TRIES,
  dividesByWeights,
  isPairwise,
  type SearchSpace,
  takesDensities,
  takesWeights
} from "./space.js";

/** A merge to try. */
export interface Try {
  name: string;
  method: string;
  /** Of each layer group: a weight for each model, or one `t` for methods of two; none where the method takes none. */
  weights: {group: string; values: number[]}[];
  density?: number;
}

export interface Tries {
  tries: Try[];
  /** Settings that the space holds, those included that give the same merge. */
  of: number;
}

/** The group of tensors that no layer group takes. */
export const REST = "rest";

/** Draws in a row that found nothing new, after which a method is taken to have no more. */
const GIVE_UP = 200;

/**
 * The merges to try: all of the space where it holds no more than `tries`, else as many of it, drawn by its seed; each
 * method has an equal share as far as it has enough. The same space gives the same tries in the same order. Of settings
 * that differ by a common factor alone, where the method divides by the weights, one is tried; the uniform average, which
 * is in every race, is none.
 */
export function triesOf(space: SearchSpace): Tries {
  const wanted = space.tries ?? DEFAULT_TRIES;
  const sources = space.methods.map((method) => drawsOf(space, method));
  const tries: Try[] = [];
  let open = sources;
  while (tries.length < wanted && open.length > 0) {
    const still: typeof open = [];
    for (const source of open) {
      if (tries.length === wanted) break;
      const drawn = source.next();
      if (drawn === undefined) continue;
      tries.push(drawn);
      still.push(source);
    }
    open = still;
  }
  return {tries, of: sources.reduce((sum, {size}) => sum + size, 0)};
}

/** New merges by one method, in a random order; undefined when there are no more. */
function drawsOf(space: SearchSpace, method: string): {size: number; next(): Try | undefined} {
  const {weights = [], densities = [], models, layers = {}, seed = "assay"} = space;
  const groups = [...Object.keys(layers), REST];
  const each = isPairwise(method) ? 1 : models.length;
  const places = takesWeights(method) ? groups.length * each : 0;
  const kept: readonly (number | undefined)[] = takesDensities(method) ? densities : [undefined];
  const size = weights.length ** places * kept.length;
  const divides = dividesByWeights(method);
  const random = rng(seed, "merge search", method);
  const seen = new Set<string>();
  // A space that is small is gone through to its end.
  const order = size <= 10_000 ? random.shuffle(Array.from({length: size}, (_, index) => index)) : undefined;
  const at = (index?: number): Try => {
    let left = index;
    const digit = (base: number) => {
      if (left === undefined) return random.int(base);
      const value = left % base;
      left = Math.floor(left / base);
      return value;
    };
    const density = kept[digit(kept.length)];
    const own =
      places === 0
        ? []
        : groups.map((group) => ({
            group,
            values: Array.from({length: each}, () => weights[digit(weights.length)]!)
          }));
    return {name: nameOf(method, own, density), method, weights: own, density};
  };
  const isNew = (one: Try) => {
    const values = one.weights.map((group) => (divides ? shares(group.values) : group.values));
    const key = JSON.stringify([one.density, values]);
    return !seen.has(key) && seen.add(key).size > 0;
  };
  return {
    size,
    next() {
      for (let misses = 0; order ? order.length > 0 : misses < GIVE_UP; misses++) {
        const one = at(order?.pop());
        if (isUsable(one) && isNew(one)) return one;
      }
      return undefined;
    }
  };
}

/** Weights of which nothing is left cannot be divided by their sum, and equal ones of all models give their average. */
function isUsable({method, weights}: Try): boolean {
  if (method === "linear" && weights.every(({values}) => values.every((value) => value === values[0])))
    return false;
  const needsSum = ["linear", "nuslerp", "multislerp"].includes(method);
  return !needsSum || weights.every(({values}) => values.reduce((a, b) => a + b, 0) !== 0);
}

/** What weights that differ by a common factor have in common. */
function shares(values: readonly number[]): number[] {
  const first = values.find((value) => value !== 0) ?? 1;
  return values.map((value) => Number((value / first).toFixed(9)));
}

/** "ties 0.5/0.3, density 0.5"; with layer groups "linear attention 0.5/0.3, rest 1/0". */
function nameOf(method: string, weights: Try["weights"], density: number | undefined): string {
  const groups = weights.map(({group, values}) =>
    weights.length === 1 ? values.join("/") : `${group} ${values.join("/")}`
  );
  const parts = [...groups, ...(density === undefined ? [] : [`density ${density}`])];
  return parts.length === 0 ? method : `${method} ${parts.join(", ")}`;
}

import {rng} from "../../base/stats/index.js";
import {effectsOf} from "./effects.js";
import {REST} from "./groups.js";
import {DEFAULT_TRIES, isPairwise, type SearchSpace, takesDensities, takesWeights} from "./space.js";

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
  /** Of the settings that were looked at: those that give no merge of their own. */
  leftOut: number;
}

/** Draws in a row that found nothing new, after which a method is taken to have no more. */
const GIVE_UP = 200;

/**
 * The merges to try: all of the space where it holds no more than `tries`, else as many of it, drawn by its seed; each
 * method has an equal share as far as it has enough. The same space gives the same tries in the same order. Settings that
 * give a parent, the base, the uniform average, an earlier try or nothing are left out. `groups` are those that take tensors,
 * of which each has weights of its own; all of the space when absent.
 */
export function triesOf(
  space: SearchSpace,
  groups: readonly string[] = [...Object.keys(space.layers ?? {}), REST]
): Tries {
  const wanted = space.tries ?? DEFAULT_TRIES;
  const isNew = newOnes(space);
  const sources = space.methods.map((method) => drawsOf({...space, groups}, method, isNew));
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
  const looked = sources.reduce((sum, {drawn}) => sum + drawn.size, 0);
  return {tries, of: sources.reduce((sum, {size}) => sum + size, 0), leftOut: looked - tries.length};
}

/** Whether a merge is none that came before it, no parent, not the base and not the average. */
function newOnes(space: SearchSpace): (one: Try) => boolean {
  const {of, known} = effectsOf(space);
  const seen = new Set<string>();
  return ({method, weights, density}) => {
    const groups = weights.length === 0 ? [[]] : weights.map(({values}) => values);
    const effects = groups.map((values) => of({method, values, density}));
    if (effects.includes(undefined)) return false;
    const isUniform = effects.every((effect) => effect === effects[0]);
    if (isUniform && known.has(effects[0]!)) return false;
    const key = isUniform ? String(effects[0]) : effects.join();
    return !seen.has(key) && seen.add(key).size > 0;
  };
}

interface TryDraws {
  /** Settings that there are. */
  size: number;
  /** Names of those that were drawn. */
  drawn: ReadonlySet<string>;
  next(): Try | undefined;
}

/** Merges by one method, in a random order; undefined when there are no more. */
function drawsOf(
  {weights = [], densities = [], models, groups, seed = "assay"}: SearchSpace & {groups: readonly string[]},
  method: string,
  isNew: (one: Try) => boolean
): TryDraws {
  const each = isPairwise(method) ? 1 : models.length;
  const places = takesWeights(method) ? groups.length * each : 0;
  const kept: readonly (number | undefined)[] = takesDensities(method) ? densities : [undefined];
  const size = weights.length ** places * kept.length;
  const random = rng(seed, "merge search", method);
  const drawn = new Set<string>();
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
    return {name: tryName(method, own, density), method, weights: own, density};
  };
  return {
    size,
    drawn,
    next() {
      for (let misses = 0; order ? order.length > 0 : misses < GIVE_UP; misses++) {
        const one = at(order?.pop());
        if (drawn.has(one.name)) continue;
        drawn.add(one.name);
        if (isNew(one)) return one;
      }
      return undefined;
    }
  };
}

/** "ties 0.5/0.3, density 0.5"; with layer groups "linear attention 0.5/0.3, rest 1/0". */
function tryName(method: string, weights: Try["weights"], density: number | undefined): string {
  const groups = weights.map(({group, values}) =>
    weights.length === 1 ? values.join("/") : `${group} ${values.join("/")}`
  );
  const parts = [...groups, ...(density === undefined ? [] : [`density ${density}`])];
  return parts.length === 0 ? method : `${method} ${parts.join(", ")}`;
}

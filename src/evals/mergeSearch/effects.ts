import {emptyRecord} from "../../base/validation/memberOf.js";
import {tryMerge} from "../../weights/merge/index.js";
import {type Rng, rng} from "../../base/stats/index.js";
import {isPairwise, needsBase, type SearchSpace, takesStep} from "./space.js";

/** What settings of one layer group make of its tensors. */
export interface GroupSetting {
  method: string;
  /** A weight of each model, or one `t`; empty where the method takes none. */
  values: readonly number[];
  density?: number;
}

/** What settings come to: two with one effect give the same tensors. */
export interface SettingEffects {
  /** A number for each effect, the same for settings that have it; undefined where nothing can be made of them. */
  of(setting: GroupSetting): number | undefined;
  /** Effects that are no merge to try: a parent, the base, and the average that is in every race. */
  known: ReadonlySet<number>;
}

const ROWS = 64;
const COLUMNS = 64;
/** Of float32 steps that differ from method to method, as a share of the largest value. */
const ROUNDING = 1e-5;

/**
 * Tells what settings come to by trying them on random tensors: dense ones and ones in which most models leave a part as the
 * base has it, with differences of all sizes. What is equal there follows from the arithmetic, whatever the models.
 */
export function effectsOf({models, base}: SearchSpace): SettingEffects {
  const samples = [0, 0.3].map((unchanged) =>
    sampleOf(models, base, {random: rng("merge search", "effects", unchanged), unchanged})
  );
  const found: Float32Array[][] = [];
  const cache = new Map<string, number | undefined>();
  const numberOf = (tensors: Float32Array[]): number => {
    const at = found.findIndex((other) => other.every((one, k) => isSameTensor(one, tensors[k]!)));
    return at < 0 ? found.push(tensors) - 1 : at;
  };
  const effectOf = ({method, values: [t]}: GroupSetting, tensors: Float32Array[]): number => {
    if (!takesStep(method) || !t) return numberOf(tensors);
    // How far a step goes depends on the size of the models' weights, which these tensors do not have.
    const other = samples.every(({models: [, to]}, k) => isSameTensor(to!, tensors[k]!));
    return other ? numberOf(tensors) : found.push(tensors) - 1;
  };
  const of = (setting: GroupSetting): number | undefined => {
    const key = JSON.stringify([setting.method, setting.values, setting.density]);
    if (!cache.has(key)) {
      const tensors = samples.map((sample) => made(sample, setting, base !== undefined));
      cache.set(key, areAllFinite(tensors) ? effectOf(setting, tensors) : undefined);
    }
    return cache.get(key);
  };
  const known = new Set([
    ...models.map((_, i) => numberOf(samples.map((sample) => sample.models[i]!))),
    numberOf(samples.map((sample) => sample.base)),
    of({method: "linear", values: models.map(() => 1)})!
  ]);
  return {of, known};
}

interface TensorSample {
  models: Float32Array[];
  base: Float32Array;
}

function sampleOf(
  models: readonly string[],
  base: string | undefined,
  {random, unchanged}: {random: Rng; unchanged: number}
): TensorSample {
  const count = ROWS * COLUMNS;
  const origin = Float32Array.from({length: count}, () => random.normal());
  return {
    base: origin,
    models: models.map((model) =>
      model === base
        ? origin
        : origin.map((value) =>
            random() < unchanged ? value : value + random.normal() * 10 ** (3 * random() - 2.5)
          )
    )
  };
}

function made(
  {models, base}: TensorSample,
  {method, values, density}: GroupSetting,
  hasBase: boolean
): Float32Array | undefined {
  if (isPairwise(method))
    return tryMerge({
      method,
      base: {values: models[0]!},
      models: [{values: models[1]!}],
      parameters: values.length === 0 ? {} : {t: values[0]!},
      columns: COLUMNS
    });
  const own = (i: number) => {
    const parameters: Record<string, number> = emptyRecord();
    if (values.length > 0) parameters.weight = values[i]!;
    if (density !== undefined) parameters.density = density;
    return parameters;
  };
  return tryMerge({
    method,
    base: hasBase && needsBase(method) ? {values: base} : undefined,
    models: models.map((model, i) => ({values: model, parameters: own(i)})),
    columns: COLUMNS
  });
}

function areAllFinite(tensors: readonly (Float32Array | undefined)[]): tensors is Float32Array[] {
  return tensors.every((tensor) => tensor?.every(Number.isFinite));
}

function isSameTensor(a: Float32Array, b: Float32Array): boolean {
  const most = a.reduce((top, value) => Math.max(top, Math.abs(value)), 0) * ROUNDING;
  return a.every((value, i) => Math.abs(value - b[i]!) <= most);
}

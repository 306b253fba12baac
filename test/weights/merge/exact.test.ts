// @module-tag long
import {spawnSync} from "node:child_process";
import {rm} from "node:fs/promises";
import {join, resolve} from "node:path";
import {afterAll, beforeAll, expect, it} from "vitest";
import {type FloatDtype, roundTo} from "../../../src/weights/merge/numeric/convert.js";
import {METHODS} from "../../../src/weights/merge/methods/index.js";
import {describeWithPython, PYTHON} from "./python.js";
import {mergeIn, type Values, workFolder, writeModel} from "./support.js";

interface Model {
  dtype: FloatDtype;
  shape: number[];
  values: number[];
  parameters: Record<string, number>;
  mask?: number[];
}
interface Case {
  method: string;
  parameters: Record<string, number | boolean>;
  base: number | null;
  models: Model[];
}

/** Numbers as weights have them; the same for one seed. */
function noise(seed: number, count: number): number[] {
  let state = seed * 2654435761 + 1;
  const next = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 12)) >>> 0) / 4294967296;
  };
  return Array.from({length: count}, () => next() + next() + next() - 1.5);
}

/** A base and fine-tunes of it: differences of several sizes, a quarter of them exactly zero. */
function family(dtypes: readonly FloatDtype[], shape: number[], size: number): Model[] {
  const count = shape.reduce((a, b) => a * b, 1);
  const base = noise(7, count);
  return dtypes.map((dtype, m) => {
    const change = noise(m + 20, count);
    const values = Float32Array.from(base, (v, i) =>
      m === 0 || (i * 7 + m) % 4 === 0 ? v : v + size * change[i]!
    );
    roundTo(dtype, values);
    return {dtype, shape, values: [...values], parameters: {}};
  });
}

const given: Record<string, Record<string, number>[]> = {
  linear: [{weight: 0.3}, {weight: 0.7}, {weight: 0.45}],
  ties: [{}, {weight: 0.6, density: 0.5}, {weight: 0.45, density: 0.3}],
  task_arithmetic: [{}, {weight: 0.9}, {weight: -0.35}],
  breadcrumbs: [{}, {weight: 0.6, density: 0.6, gamma: 0.02}, {weight: 0.4, density: 0.9}],
  breadcrumbs_ties: [{}, {weight: 0.6, density: 0.5, gamma: 0.05}, {weight: 0.4, density: 0.99, gamma: 0.1}],
  dare_linear: [{}, {weight: 0.6, density: 0.5}, {weight: 0.4, density: 0.3}],
  dare_ties: [{}, {weight: 0.6, density: 0.5}, {weight: 0.4, density: 0.3}],
  della: [{}, {weight: 0.6, density: 0.5, epsilon: 0.1}, {weight: 0.4, density: 0.4}],
  della_linear: [{}, {weight: 0.6, density: 0.5, epsilon: 0.1}, {weight: 0.4, density: 0.4}],
  nuslerp: [{weight: 0.7}, {weight: 0.4}],
  multislerp: [{weight: 0.5}, {weight: 0.3}, {weight: 0.9}],
  passthrough: [{scale: 0.3}]
};

/** [method, number of models, index of the base, parameters] */
const combinations: [string, number, number | null, Record<string, number | boolean>][] = [
  ["linear", 3, null, {}],
  ["linear", 3, null, {normalize: false}],
  ["passthrough", 1, null, {}],
  ["task_arithmetic", 3, 0, {}],
  ["task_arithmetic", 3, 0, {normalize: true, lambda: 1.3}],
  ["ties", 3, 0, {}],
  ["ties", 3, 0, {rescale: true, int8_mask: true}],
  ["ties", 3, 0, {normalize: false, lambda: 0.7}],
  ["breadcrumbs", 3, 0, {}],
  ["breadcrumbs", 3, 0, {normalize: true, rescale: true}],
  ["breadcrumbs_ties", 3, 0, {}],
  ["breadcrumbs_ties", 3, 0, {normalize: true, lambda: 1.1}],
  ["dare_linear", 3, 0, {}],
  ["dare_linear", 3, 0, {rescale: false}],
  ["dare_ties", 3, 0, {normalize: true}],
  ["della", 3, 0, {}],
  ["della_linear", 3, 0, {rescale: false, lambda: 1.5}],
  ["slerp", 2, 0, {t: 0.35}],
  ["nuslerp", 2, null, {}],
  ["nuslerp", 2, null, {nuslerp_flatten: false}],
  ["nuslerp", 2, null, {nuslerp_flatten: false, nuslerp_row_wise: true}],
  ["nuslerp", 3, 2, {}],
  ["nuslerp", 3, 2, {nuslerp_flatten: false}],
  ["multislerp", 3, null, {}],
  ["multislerp", 3, null, {normalize_weights: false}],
  ["multislerp", 3, 2, {}],
  ["karcher", 2, null, {}],
  ["karcher", 3, null, {max_iter: 4, tol: 0.001}],
  ["model_stock", 3, 0, {}],
  ["model_stock", 4, 0, {}],
  ["model_stock", 3, 0, {filter_wise: true}],
  ["nearswap", 2, 0, {t: 0.02}],
  ["sce", 3, 0, {}],
  ["sce", 3, 0, {select_topk: 0.3, int8_mask: true}],
  ["sce", 4, 0, {select_topk: 0.75}],
  ["ram", 4, 0, {}],
  ["ram", 3, 0, {epsilon: 0.01}],
  ["ramplus_tl", 3, 0, {}],
  ["ramplus_tl", 3, 0, {r: 0.4, alpha: 0.9, epsilon: 0.02}],
  ["arcee_fusion", 2, 0, {}]
];

const mixtures: [string, FloatDtype[]][] = [
  ["bfloat16", ["BF16", "BF16", "BF16", "BF16"]],
  ["float16", ["F16", "F16", "F16", "F16"]],
  ["float32", ["F32", "F32", "F32", "F32"]],
  ["a bfloat16 base and float32 models", ["BF16", "F32", "F32", "F32"]],
  ["a float32 base and bfloat16 models", ["F32", "BF16", "BF16", "BF16"]],
  ["a float16 base and bfloat16 models", ["F16", "BF16", "BF16", "BF16"]]
];

function caseOf(
  [method, count, base, parameters]: (typeof combinations)[number],
  dtypes: FloatDtype[],
  vector: boolean
): Case {
  const shape = vector ? [300] : [24, 50];
  const models = family(dtypes.slice(0, count), shape, method === "ram" || method === "sce" ? 0.02 : 0.4);
  models.forEach((model, m) => {
    model.parameters = given[method]?.[m] ?? {};
    if (/dare|della/.test(method) && m !== base)
      model.mask = noise(m + 90, model.values.length).map((v) => (v > 0 ? 1 : 0));
  });
  return {method, parameters, base, models};
}

function packed(mask: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  mask.forEach((bit, i) => {
    if (bit) bytes[i >> 3]! |= 128 >> (i & 7);
  });
  return bytes;
}

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
});
afterAll(() => work.remove());

type Result = Pick<Values, "dtype"> & {values: number[]};

/** Merges the tensors of several cases that differ in nothing else, as one model with a tensor for each. */
async function merged(cases: readonly Case[]): Promise<Result[]> {
  const {method, parameters, base, models} = cases[0]!;
  for (const m of models.keys())
    await writeModel(
      join(work.path, `m${m}`),
      Object.fromEntries(cases.map((one, t) => [`w${t}`, one.models[m]!]))
    );
  const masks = cases.flatMap((one, t) =>
    one.models.flatMap(({mask}, m) => (mask ? [[`m${m}/w${t}`, packed(mask)] as const] : []))
  );
  const recipe = {
    merge_method: method,
    models: models.flatMap(({parameters: own}, m) =>
      m === base ? [] : [{model: `m${m}`, parameters: Object.keys(own).length > 0 ? own : undefined}]
    ),
    base_model: base !== null ? `m${base}` : undefined,
    parameters: Object.keys(parameters).length > 0 ? parameters : undefined
  };
  const {tensors, out} = await mergeIn(work.path, recipe, {
    exact: true,
    masks: masks.length > 0 ? Object.fromEntries(masks) : undefined
  });
  await rm(out, {recursive: true});
  return cases.map((_, t) => {
    const {dtype, values} = tensors.get(`w${t}`)!;
    return {dtype, values: [...values]};
  });
}

describeWithPython("exact merges beside a restatement in numpy", ["numpy"], () => {
  it("every method is among the combinations", () => {
    expect([...new Set(combinations.map(([method]) => method))].sort()).toEqual(Object.keys(METHODS).sort());
  });

  const cases = mixtures.map(([, dtypes]) =>
    combinations.flatMap((combination) => [false, true].map((vector) => caseOf(combination, dtypes, vector)))
  );
  let expected: Result[];
  const results = mixtures.map((): Result[] => []);
  beforeAll(async () => {
    const {stdout, stderr} = spawnSync(PYTHON, [resolve("test/weights/merge/exactReference.py")], {
      input: JSON.stringify(cases.flat()),
      encoding: "utf8",
      maxBuffer: 1e9
    });
    expect(stderr).toBe("");
    expected = JSON.parse(stdout) as Result[];
    // One merge for a combination: its tensors are those of all mixtures, as matrices and as vectors.
    for (const at of combinations.keys()) {
      const made = await merged(cases.flatMap((of) => of.slice(2 * at, 2 * at + 2)));
      results.forEach((of, k) => of.push(...made.slice(2 * k, 2 * k + 2)));
    }
  });

  for (const [k, [title]] of mixtures.entries())
    it(`agree in ${title}`, () => {
      const wrong: string[] = [];
      for (const [i, one] of cases[k]!.entries()) {
        const ours = results[k]![i]!;
        const theirs = expected[k * cases[k]!.length + i]!;
        const differing = ours.values.filter((v, e) => v !== theirs.values[e]).length;
        const most = allowed(one.method, theirs.dtype) * theirs.values.length;
        if (
          ours.dtype !== theirs.dtype ||
          differing > most ||
          (one.method !== "arcee_fusion" && worst(ours.values, theirs) > 32)
        )
          wrong.push(
            `${one.method} ${JSON.stringify(one.parameters)} ${one.models[0]!.shape}: ${differing} differ, ${ours.dtype} for ${theirs.dtype}`
          );
      }
      expect(wrong).toEqual([]);
    });
});

/**
 * Share of elements that may differ. Sums in float32 depend on their order, which shows where a sum reaches every
 * element without passing through 16 bits.
 */
function allowed(method: string, dtype: string): number {
  if (method === "arcee_fusion") return 0.03;
  if (method === "slerp") return dtype === "F32" ? 1 : 0.005;
  return dtype === "F32" && /slerp|karcher|stock|sce|ties|breadcrumbs|dare|della/.test(method) ? 1 : 0;
}

/** Largest difference in units of the dtype's precision, scaled by the larger of the value and the tensor's rms. */
function worst(ours: readonly number[], {dtype, values}: Result): number {
  const epsilon = {F32: 2 ** -23, F16: 2 ** -10, BF16: 2 ** -7}[dtype]!;
  const rms = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
  return Math.max(...values.map((v, i) => Math.abs(v - ours[i]!) / (epsilon * Math.max(Math.abs(v), rms))));
}

import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {readMasks} from "../../../src/weights/merge/index.js";
import {mergeIn, readTensors, type Values} from "./support.js";

/** How far a case may be from its reference. */
export interface Tolerance {
  kind: "f32" | "low" | "native" | "exact" | "mask";
  max_scaled_ulp?: number;
  frac_over_32ulp?: number;
  frac_diff_max?: number;
  frac_over_1ulp?: number;
  /** Unless false, a native case is met to the bit where every rounding is followed. */
  exact_with_rounding_chain?: boolean;
  f32_math_max_scaled_ulp?: number;
  f32_math_frac_over_1ulp?: number;
  f32_math_frac_diff_max?: number;
}

export interface Case {
  method: string;
  compare_with: string;
  tolerance: Tolerance;
}

export interface Measured {
  worst: number;
  over1: number;
  over32: number;
  different: number;
  elements: number;
}

const EPSILON: Record<string, number> = {F32: 2 ** -23, F16: 2 ** -10, BF16: 2 ** -7};

/** Differences in units of the dtype's epsilon, scaled by the larger of the value and the tensor's rms. */
export function measure(
  ours: ReadonlyMap<string, Values>,
  gold: ReadonlyMap<string, Values>,
  skip: (v: Values) => boolean = () => false
): Measured {
  const result = {worst: 0, over1: 0, over32: 0, different: 0, elements: 0};
  for (const [name, {values, dtype, shape}] of gold) {
    const mine = ours.get(name);
    if (mine?.dtype !== dtype || String(mine.shape) !== String(shape))
      throw new Error(
        `${name} is ${mine ? `${mine.dtype} [${mine.shape}]` : "missing"}, not ${dtype} [${shape}]`
      );
    if (skip({values, dtype, shape})) continue;
    const rms = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
    result.elements += values.length;
    values.forEach((v, i) => {
      const x = mine.values[i]!;
      if (x === v) return;
      const ulp = Math.abs(x - v) / (EPSILON[dtype]! * Math.max(Math.abs(v), rms));
      result.different++;
      if (!(ulp <= 1.01)) result.over1++;
      if (!(ulp <= 32)) result.over32++;
      if (!(ulp <= result.worst)) result.worst = ulp;
    });
  }
  return result;
}

export type Arithmetic = "exact" | "float32";

/** A bound of the tolerance, or "kind" where that alone says that no element may differ; and what it bounds. */
export interface Bound {
  key: keyof Tolerance;
  found: number;
  most: number;
}

/** What a measured case is held to; nothing when no element was compared. */
export function boundsOf(measured: Measured, tolerance: Tolerance, arithmetic: Arithmetic): Bound[] {
  const {worst, over1, over32, different, elements} = measured;
  if (elements === 0) return [];
  const bound = (key: keyof Tolerance, found: number): Bound => ({
    key,
    found,
    most: key === "kind" ? 0 : (tolerance[key] as number)
  });
  const native = tolerance.kind === "native";
  if (native && (arithmetic === "float32" || tolerance.exact_with_rounding_chain === false))
    return [
      bound("f32_math_max_scaled_ulp", worst),
      bound("f32_math_frac_over_1ulp", over1 / elements),
      bound("f32_math_frac_diff_max", different / elements)
    ];
  if (native || tolerance.kind === "exact") return [bound("kind", different)];
  if (tolerance.kind === "mask") return [bound("frac_over_1ulp", over1 / elements)];
  const outliers =
    tolerance.kind === "f32"
      ? bound("frac_over_32ulp", over32 / elements)
      : bound("frac_over_1ulp", over1 / elements);
  return [
    outliers,
    ...(tolerance.kind === "low" ? [bound("frac_diff_max", different / elements)] : []),
    ...(outliers.most === 0 ? [bound("max_scaled_ulp", worst)] : [])
  ];
}

/** Runs one case of a golden folder in a work folder, and holds the result against the reference's. */
export async function mergeGolden(
  root: string,
  work: string,
  name: string,
  golden: Case,
  arithmetic: Arithmetic
): Promise<Measured> {
  const folder = join(root, name);
  const resolveModel = (model: string) => join(root, model);
  if (golden.method === "lora") return mergeAdapter(root, work, name, golden);
  const given = join(folder, "masks.safetensors");
  const masks = existsSync(given) ? await readMasks(given) : undefined;
  const {tensors} = await mergeIn(work, await readFile(join(folder, "config.yml"), "utf8"), {
    exact: arithmetic === "exact",
    masks,
    resolveModel
  });
  const gold = await readTensors(join(folder, golden.compare_with));
  sameNames(tensors, gold);
  // The reference's outlier trimming drops everything in tensors too small for an outlier; only exact follows it.
  const skip = arithmetic === "float32" && golden.method.startsWith("breadcrumbs");
  return measure(tensors, gold, ({values}) => skip && values.length < 100);
}

/** The reference holds what the adapter changes; all else must be the base's. */
async function mergeAdapter(
  root: string,
  work: string,
  name: string,
  {compare_with}: Case
): Promise<Measured> {
  const {base} = JSON.parse(await readFile(join(root, name, "meta.json"), "utf8")) as {base: string};
  const recipe = {merge_method: "passthrough", models: [{model: `${base}+${name}/adapter`}]};
  const {tensors} = await mergeIn(work, recipe, {resolveModel: (path) => join(root, path)});
  const gold = await readTensors(join(root, name, compare_with));
  const before = await readTensors(join(root, base));
  sameNames(tensors, before);
  const kept = new Map([...before].filter(([tensor]) => !gold.has(tensor)));
  const {different} = measure(tensors, kept);
  if (different > 0) throw new Error(`${name} changes ${different} elements that its adapter is not for`);
  return measure(tensors, gold);
}

function sameNames(ours: ReadonlyMap<string, Values>, gold: ReadonlyMap<string, Values>): void {
  const names = (tensors: ReadonlyMap<string, Values>) => [...tensors.keys()].sort().join(", ");
  if (names(ours) !== names(gold)) throw new Error(`tensors ${names(ours)}, not ${names(gold)}`);
}

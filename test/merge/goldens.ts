import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {expect} from "vitest";
import {GOLDEN, type Values} from "./support.js";

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
/** Cases of the golden folder by name; none on a clone without it. */
export async function readManifest(): Promise<Record<string, Case>> {
  if (!GOLDEN) return {};
  const {cases} = JSON.parse(await readFile(join(GOLDEN, "manifest.json"), "utf8")) as {
    cases: Record<string, Case>;
  };
  return cases;
}

/** Differences in units of the dtype's epsilon, scaled by the larger of the value and the tensor's rms. */
export function measure(
  ours: ReadonlyMap<string, Values>,
  gold: ReadonlyMap<string, Values>,
  skip: (v: Values) => boolean = () => false
): Measured {
  const result = {worst: 0, over1: 0, over32: 0, different: 0, elements: 0};
  for (const [name, {values, dtype, shape}] of gold) {
    const mine = ours.get(name);
    expect(mine && {dtype: mine.dtype, shape: mine.shape}, name).toEqual({dtype, shape});
    if (skip({values, dtype, shape})) continue;
    const rms = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
    result.elements += values.length;
    values.forEach((v, i) => {
      const x = mine!.values[i]!;
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

export function judge(measured: Measured, tolerance: Tolerance): void {
  const share = (n: number) => n / measured.elements;
  expect(measured.elements).toBeGreaterThan(0);
  if (tolerance.kind === "f32") {
    expect(share(measured.over32)).toBeLessThanOrEqual(tolerance.frac_over_32ulp!);
    if (tolerance.frac_over_32ulp === 0)
      expect(measured.worst).toBeLessThanOrEqual(tolerance.max_scaled_ulp!);
  } else if (tolerance.kind === "low") {
    expect(share(measured.different)).toBeLessThanOrEqual(tolerance.frac_diff_max!);
    expect(share(measured.over1)).toBeLessThanOrEqual(tolerance.frac_over_1ulp!);
    if (tolerance.frac_over_1ulp === 0) expect(measured.worst).toBeLessThanOrEqual(tolerance.max_scaled_ulp!);
  } else if (tolerance.kind === "mask")
    expect(share(measured.over1)).toBeLessThanOrEqual(tolerance.frac_over_1ulp!);
  else expect(measured.different).toBe(0);
}

/** By how much float32 arithmetic, rounded once, may differ from a native 16-bit case. */
export function judgeFloat32({worst, over1, different, elements}: Measured, tolerance: Tolerance): void {
  expect(elements).toBeGreaterThan(0);
  expect(worst).toBeLessThanOrEqual(tolerance.f32_math_max_scaled_ulp!);
  expect(over1 / elements).toBeLessThanOrEqual(tolerance.f32_math_frac_over_1ulp!);
  expect(different / elements).toBeLessThanOrEqual(tolerance.f32_math_frac_diff_max!);
}

import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {openCheckpoint} from "../../src/merge/safetensors/open.js";
import {GOLDEN, mergeIn, readBytes, readTensors, type Values, workFolder} from "./support.js";

interface Tolerance {
  kind: "f32" | "low" | "native" | "exact" | "mask";
  max_scaled_ulp?: number;
  frac_over_32ulp?: number;
  frac_diff_max?: number;
  frac_over_1ulp?: number;
  f32_math_max_scaled_ulp?: number;
  f32_math_frac_over_1ulp?: number;
  f32_math_frac_diff_max?: number;
}
interface Case {
  method: string;
  compare_with: string;
  tolerance: Tolerance;
}
interface Measured {
  worst: number;
  over1: number;
  over32: number;
  different: number;
  elements: number;
}

const EPSILON: Record<string, number> = {F32: 2 ** -23, F16: 2 ** -10, BF16: 2 ** -7};
const manifest = GOLDEN
  ? (JSON.parse(await readFile(join(GOLDEN, "manifest.json"), "utf8")) as {cases: Record<string, Case>})
  : {cases: {}};
const cases = Object.entries(manifest.cases).filter(([, {method}]) => method !== "lora");
const table: string[] = [];

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
});
afterAll(async () => {
  await work.remove();
  if (table.length > 0)
    console.log(["case | arithmetic | worst scaled ulp | different | over 1 ulp", ...table].join("\n"));
});

/** Differences in units of the dtype's epsilon, scaled by the larger of the value and the tensor's rms. */
function measure(
  ours: ReadonlyMap<string, Values>,
  gold: ReadonlyMap<string, Values>,
  skip: (v: Values) => boolean
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

async function run(
  name: string,
  {compare_with: file}: Case,
  exact: boolean,
  skip: (v: Values) => boolean = () => false
) {
  const folder = join(GOLDEN!, name);
  const masks = await readMasks(join(folder, "masks.safetensors"));
  const {tensors} = await mergeIn(work.path, await readFile(join(folder, "config.yml"), "utf8"), {
    exact,
    ...(masks && {masks}),
    resolveModel: (model) => join(GOLDEN!, model)
  });
  const gold = await readTensors(join(folder, file));
  expect([...tensors.keys()].sort()).toEqual([...gold.keys()].sort());
  const measured = measure(tensors, gold, skip);
  const percent = (n: number) => `${((100 * n) / measured.elements).toFixed(3)}%`;
  table.push(
    `${name} | ${exact ? "exact" : "f32"} | ${measured.worst.toFixed(2)} | ${percent(measured.different)} | ${percent(measured.over1)}`
  );
  return measured;
}

async function readMasks(path: string): Promise<Record<string, Uint8Array> | undefined> {
  const checkpoint = await openCheckpoint(path).catch(() => undefined);
  if (!checkpoint) return undefined;
  const entries = [...checkpoint.tensors.keys()].map(
    async (key) => [key, await readBytes(checkpoint, key)] as const
  );
  return Object.fromEntries(await Promise.all(entries));
}

function judge(measured: Measured, tolerance: Tolerance): void {
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

describe("golden merges", () => {
  if (!GOLDEN) {
    console.log("Golden merges are skipped: no golden/merge folder (set ASSAY_SHARED to the shared folder).");
    it.skip("need the shared folder", () => undefined);
    return;
  }
  it("cover the manifest", () => {
    expect(cases.length).toBeGreaterThan(30);
  });
  for (const [name, golden] of cases) {
    it(`${name} agrees with the reference when exact`, async () => {
      judge(await run(name, golden, true), golden.tolerance);
    });
    const {kind} = golden.tolerance;
    if (kind === "native")
      it(`${name} stays within what float32 arithmetic differs by`, async () => {
        const measured = await run(name, golden, false);
        const {tolerance} = golden;
        expect(measured.worst).toBeLessThanOrEqual(tolerance.f32_math_max_scaled_ulp!);
        expect(measured.over1 / measured.elements).toBeLessThanOrEqual(tolerance.f32_math_frac_over_1ulp!);
        expect(measured.different / measured.elements).toBeLessThanOrEqual(tolerance.f32_math_frac_diff_max!);
      });
    else
      it(`${name} agrees with the reference in float32`, async () => {
        // The reference's outlier trimming drops everything in tensors too small for an outlier; only exact follows it.
        const skip = golden.method.startsWith("breadcrumbs")
          ? ({values}: Values) => values.length < 100
          : undefined;
        judge(await run(name, golden, false, skip), golden.tolerance);
      });
  }
});

import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {openCheckpoint} from "../../src/merge/safetensors/open.js";
import {type Case, judge, judgeFloat32, measure, readManifest} from "./goldens.js";
import {GOLDEN, mergeIn, readBytes, readTensors, type Values, workFolder} from "./support.js";

const cases = Object.entries(await readManifest()).filter(([, {method}]) => method !== "lora");
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

describe("golden merges", () => {
  if (!GOLDEN) {
    console.log(
      "Golden merges are skipped: no golden/merge folder (set ASSAY_GOLDEN to such a folder, or ASSAY_SHARED to the shared one)."
    );
    it.skip("need the shared folder", () => undefined);
    return;
  }
  it("cover the manifest", () => {
    expect(cases.length).toBeGreaterThan(process.env.ASSAY_GOLDEN === undefined ? 30 : 0);
  });
  for (const [name, golden] of cases) {
    it(`${name} agrees with the reference when exact`, async () => {
      const measured = await run(name, golden, true);
      if (golden.tolerance.exact_with_rounding_chain === false) judgeFloat32(measured, golden.tolerance);
      else judge(measured, golden.tolerance);
    });
    const {kind} = golden.tolerance;
    if (kind === "native")
      it(`${name} stays within what float32 arithmetic differs by`, async () => {
        judgeFloat32(await run(name, golden, false), golden.tolerance);
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

interface SeedStats {
  mask_stats: Record<string, {kept: number; numel: number; expected_frac: number}>;
  seed_stats_8: Record<
    string,
    {mean_abs_delta: number; frac_equal_base_mean: number; frac_equal_base_sd: number}
  >;
}

describe.skipIf(cases.length === 0)("random methods without given masks", () => {
  const random = cases.filter(
    ([name, {method}]) => /dare|della/.test(method) && existsSync(join(GOLDEN!, name, "meta.json"))
  );
  for (const [name] of random)
    it(`${name} drops and rescales as often and as much as the reference over seeds`, async () => {
      const folder = join(GOLDEN!, name);
      const meta = JSON.parse(await readFile(join(folder, "meta.json"), "utf8")) as SeedStats;
      const config = await readFile(join(folder, "config.yml"), "utf8");
      const base = await readTensors(join(GOLDEN!, /base_model: (\S+)/.exec(config)![1]!));
      const runs = await Promise.all(
        [1, 2, 3, 4].map((seed) =>
          mergeIn(work.path, config, {seed, resolveModel: (model) => join(GOLDEN!, model)})
        )
      );
      for (const [tensor, gold] of Object.entries(meta.seed_stats_8)) {
        const before = base.get(tensor)!.values;
        const n = before.length * runs.length;
        let equal = 0;
        let delta = 0;
        for (const {tensors} of runs)
          tensors.get(tensor)!.values.forEach((v, i) => {
            if (v === before[i]) equal++;
            delta += Math.abs(v - before[i]!);
          });
        const p = gold.frac_equal_base_mean;
        const spread = 5 * Math.sqrt((p * (1 - p)) / n + gold.frac_equal_base_sd ** 2 / 8);
        expect(Math.abs(equal / n - p), `${tensor} equal to base`).toBeLessThan(spread);
        const loose = before.length < 1000 ? 0.25 : 0.05;
        expect(Math.abs(delta / n / gold.mean_abs_delta - 1), `${tensor} mean change`).toBeLessThan(loose);
      }
    });
});

import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {type Arithmetic, type Case, mergeGolden} from "./goldenMerge.js";
import {judge, readManifest} from "./goldens.js";
import {GOLDEN, mergeIn, readTensors, workFolder} from "./support.js";

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

async function run(name: string, golden: Case, arithmetic: Arithmetic) {
  const measured = await mergeGolden(GOLDEN!, work.path, name, golden, arithmetic);
  const percent = (n: number) => `${((100 * n) / measured.elements).toFixed(3)}%`;
  table.push(
    `${name} | ${arithmetic} | ${measured.worst.toFixed(2)} | ${percent(measured.different)} | ${percent(measured.over1)}`
  );
  return measured;
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
    expect(cases.length).toBeGreaterThan(30);
  });
  for (const [name, golden] of cases) {
    it(`${name} agrees with the reference when exact`, async () => {
      judge(await run(name, golden, "exact"), golden.tolerance);
    });
    it(`${name} agrees with the reference in float32, or stays within what that differs by`, async () => {
      judge(await run(name, golden, "float32"), golden.tolerance, "float32");
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
  const random = cases.filter(([, {method}]) => /dare|della/.test(method));
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

// @module-tag long
import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {merge} from "../../../src/weights/merge/index.js";
import {METHODS} from "../../../src/weights/merge/methods/index.js";
import {RandomDraws} from "../../../src/weights/merge/numeric/random.js";
import {magnitudesAt} from "../../../src/weights/merge/numeric/select.js";
import {openCheckpoint} from "../../../src/weights/safetensors/open.js";
import {writeSafetensors} from "../../../src/weights/safetensors/write.js";
import {type Given, mergeOne, near} from "./oneTensor.js";
import {mergeIn, readBytes, type Tensors, workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
});
afterAll(() => work.remove());

const one = (method: string, models: Given[], options?: Parameters<typeof mergeOne>[3]) =>
  mergeOne(work.path, method, models, options);

const base = {values: [1, 1, 1, 1]};
const a = {values: [2, 0, 1.5, 1], parameters: {weight: 0.5}};
const b = {values: [3, 2, 0.5, 1], parameters: {weight: 1}};

describe("methods computed by hand", () => {
  it("linear takes the weighted mean, or the weighted sum without normalize", async () => {
    near(await one("linear", [a, b], {base: false}), [8 / 3, 4 / 3, 2.5 / 3, 1]);
    near(await one("linear", [a, b], {base: false, normalize: false}), [4, 2, 1.25, 1.5]);
  });

  it("task_arithmetic adds weighted differences", async () => {
    near(await one("task_arithmetic", [base, a, b]), [3.5, 1.5, 0.75, 1]);
    near(await one("task_arithmetic", [base, a, b], {lambda: 2}), [6, 2, 0.5, 1]);
    near(await one("task_arithmetic", [base, a, b], {normalize: true}), [
      1 + 2.5 / 1.5,
      1 + 0.5 / 1.5,
      1 - 0.25 / 1.5,
      1
    ]);
  });

  it("ties keeps what agrees with the majority's sign", async () => {
    near(await one("ties", [base, a, b]), [8 / 3, 2, 0.5, 1]);
    near(await one("ties", [base, a, b], {normalize: false}), [3.5, 2, 0.5, 1]);
  });

  it("ties trims to the largest differences and keeps the lowest index of equal ones", async () => {
    const zero = {values: [0, 0, 0, 0]};
    const fine = {values: [1, -3, 1, 1], parameters: {weight: 1, density: 0.5}};
    expect(await one("ties", [zero, fine])).toEqual([1, -3, 0, 0]);
    expect(await one("ties", [zero, {...fine, parameters: {weight: 1, density: 0.75}}])).toEqual([
      1, -3, 1, 0
    ]);
    expect(
      await one("ties", [zero, {...fine, parameters: {weight: 1, density: 0.75}}], {
        dtype: "BF16",
        exact: true
      })
    ).toEqual([1, -3, 1, 0]);
  });

  it("ties keeps at least one element of the smallest tensor; exact refuses as the reference does", async () => {
    const tiny = {values: [2], parameters: {weight: 1, density: 0.5}};
    expect(await one("ties", [{values: [1]}, tiny])).toEqual([2]);
    await expect(one("ties", [{values: [1]}, tiny], {exact: true})).rejects.toThrow(
      /keeps none of the 1 elements/
    );
  });

  it("breadcrumbs drops the smallest and the largest differences", async () => {
    const zero = {values: new Array<number>(10).fill(0)};
    const fine = {
      values: [1, -2, 3, -4, 5, -6, 7, -8, 9, -10],
      parameters: {weight: 1, density: 0.6, gamma: 0.1}
    };
    const kept = [0, 0, 0, -4, 5, -6, 7, -8, 9, 0];
    expect(await one("breadcrumbs", [zero, fine])).toEqual(kept);
    expect(await one("breadcrumbs_ties", [zero, fine])).toEqual(kept);
  });

  it("breadcrumbs without an outlier to drop keeps the largest, and nothing when exact", async () => {
    const zero = {values: [0, 0, 0, 0]};
    const fine = {values: [1, 2, 3, 4], parameters: {weight: 1, density: 0.5}};
    expect(await one("breadcrumbs", [zero, fine])).toEqual([0, 0, 3, 4]);
    expect(await one("breadcrumbs", [zero, fine], {exact: true})).toEqual([0, 0, 0, 0]);
  });

  it("dare and della keep about their density and restore the sum of magnitudes", async () => {
    const n = 20_000;
    const zero = {values: new Array<number>(n).fill(0), shape: [20, 1000]};
    const values = Array.from({length: n}, (_, i) => ((i % 7) - 3.5) / 4);
    const total = values.reduce((sum, v) => sum + Math.abs(v), 0);
    for (const method of ["dare_linear", "dare_ties", "della", "della_linear"]) {
      const fine = {values, shape: [20, 1000], parameters: {weight: 1, density: 0.3}};
      const merged = await one(method, [zero, fine]);
      const kept = merged.filter((v) => v !== 0).length / n;
      expect(Math.abs(kept - 0.3), method).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / n));
      if (method !== "della") expect(merged.reduce((s, v) => s + Math.abs(v), 0) / total).toBeCloseTo(1, 4);
      expect(await one(method, [zero, fine])).toEqual(merged);
    }
  });

  it("della keeps large entries more often than small ones", async () => {
    const n = 10_000;
    const values = Array.from({length: n}, (_, i) => i + 1);
    const merged = await one("della_linear", [
      {values: values.map(() => 0)},
      {values, parameters: {weight: 1, density: 0.5, epsilon: 0.4}}
    ]);
    const kept = (from: number, to: number) =>
      merged.slice(from, to).filter((v) => v !== 0).length / (to - from);
    expect(kept(0, 1000)).toBeCloseTo(0.14, 1);
    expect(kept(9000, 10_000)).toBeCloseTo(0.86, 1);
  });

  it("slerp follows the arc, and the chord between nearly parallel tensors", async () => {
    near(await one("slerp", [{values: [1, 0]}, {values: [0, 1]}], {t: 0.5}), [Math.SQRT1_2, Math.SQRT1_2]);
    near(await one("slerp", [{values: [2, 0]}, {values: [4, 0]}], {t: 0.25}), [2.5, 0]);
    near(await one("slerp", [{values: [0, 0]}, {values: [0, 4]}], {t: 0.5}), [0, 2 * Math.SQRT2]);
  });

  it("nuslerp takes the whole tensor, its rows or its columns as vectors", async () => {
    const x = {values: [1, 0, 0, 2], shape: [2, 2], parameters: {weight: 1}};
    const y = {values: [0, 1, 0, 4], shape: [2, 2], parameters: {weight: 1}};
    const half = Math.SQRT1_2;
    near(await one("nuslerp", [x, y], {base: false, nuslerp_flatten: false}), [half, half, 0, 3]);
    const cosine = 8 / Math.sqrt(4 * 17);
    const theta = Math.acos(cosine);
    const f = Math.sin(theta / 2) / Math.sin(theta);
    near(await one("nuslerp", [x, y], {base: false, nuslerp_flatten: false, nuslerp_row_wise: true}), [
      half,
      f,
      0,
      6 * f
    ]);
  });

  it("nuslerp with a base works on the differences to it", async () => {
    const shifted = (v: number[]) => v.map((x) => x + 10);
    near(
      await one("nuslerp", [
        {values: [10, 10]},
        {values: shifted([1, 0]), parameters: {weight: 1}},
        {values: shifted([0, 1]), parameters: {weight: 1}}
      ]),
      shifted([Math.SQRT1_2, Math.SQRT1_2])
    );
  });

  it("multislerp and karcher meet in the middle of orthogonal vectors, at their mean length", async () => {
    const vectors = [
      [2, 0, 0],
      [0, 4, 0],
      [0, 0, 6]
    ].map((values) => ({values, parameters: {weight: 1}}));
    const side = 4 / Math.sqrt(3);
    near(await one("multislerp", vectors, {base: false}), [side, side, side]);
    near(
      await one(
        "karcher",
        vectors.map(({values}) => ({values})),
        {base: false}
      ),
      [side, side, side]
    );
  });

  it("model_stock trusts the mean as far as the models agree", async () => {
    const origin = {values: [0, 0]};
    near(await one("model_stock", [origin, {values: [2, 0]}, {values: [2, 0]}]), [2, 0]);
    near(await one("model_stock", [origin, {values: [2, 0]}, {values: [0, 2]}]), [0, 0]);
    const [c, s] = [-0.5, Math.sqrt(3) / 2];
    near(await one("model_stock", [origin, {values: [1, 0]}, {values: [c, s]}]), [
      -2 * ((1 + c) / 2),
      -2 * (s / 2)
    ]);
  });

  it("model_stock with filter_wise looks at each row", async () => {
    const shape = [2, 2];
    near(
      await one(
        "model_stock",
        [
          {values: [0, 0, 0, 0], shape},
          {values: [2, 0, 2, 0], shape},
          {values: [2, 0, 0, 2], shape}
        ],
        {filter_wise: true}
      ),
      [2, 0, 0, 0]
    );
  });

  it("nearswap moves near entries most", async () => {
    near(await one("nearswap", [{values: [1, 1, 1]}, {values: [1.1, 3, 1]}], {t: 0.2}), [1.1, 1.2, 1]);
  });

  it("sce weighs models by their mean square and keeps agreeing signs", async () => {
    near(await one("sce", [{values: [0, 0]}, {values: [3, 1]}, {values: [1, -3]}]), [2, -3]);
    near(
      await one("sce", [{values: [0, 0]}, {values: [3, 1]}, {values: [1, -3]}], {select_topk: 0.5}),
      [0, -3]
    );
  });

  it("ram averages shared differences and keeps lone ones whole", async () => {
    const models = [{values: [0, 0, 0]}, {values: [2, 4, 0]}, {values: [4, 0, 0]}];
    near(await one("ram", models), [3, 4, 0]);
    near(await one("ramplus_tl", models, {r: 0.5, alpha: 0.4}), [3, 4 * (1 + 0.5 * 0.4), 0]);
  });

  it("arcee_fusion takes over what stands out", async () => {
    const values = new Array<number>(16).fill(0);
    const other = values.map((_, i) => (i === 3 ? 5 : 0.01));
    const merged = await one("arcee_fusion", [
      {values, shape: [1, 16]},
      {values: other, shape: [1, 16]}
    ]);
    expect(merged[3]).toBe(5);
  });

  it("passthrough copies, or scales", async () => {
    expect(await one("passthrough", [{values: [1, 2]}], {base: false})).toEqual([1, 2]);
    expect(await one("passthrough", [{values: [1, 2], parameters: {scale: 0.5}}], {base: false})).toEqual([
      0.5, 1
    ]);
  });
});

describe("parts", () => {
  it("magnitudes at positions agree with sorting, ties included", () => {
    const values = Float32Array.from(
      {length: 5000},
      (_, i) => (Math.round(Math.sin(i) * 50) / 7) * (i % 2 ? 1 : -1)
    );
    const sorted = [...values].map(Math.abs).sort((x, y) => x - y);
    const asFloat = (key: number) => new Float32Array(new Uint32Array([key]).buffer)[0]!;
    const positions = [0, 17, 2500, 4999];
    const found = magnitudesAt(positions, (visit) => {
      for (let at = 0; at < 5000; at += 1000) visit(values.subarray(at, at + 1000), 1000);
    });
    found.forEach(({key, below, equal}, i) => {
      const v = sorted[positions[i]!]!;
      expect(asFloat(key)).toBe(v);
      expect(below).toBe(sorted.filter((x) => x < v).length);
      expect(equal).toBe(sorted.filter((x) => x === v).length);
    });
  });

  it("random numbers are even, and differ by seed, tensor and model", () => {
    const draw = (seed: number, tensor: string, model: string) => {
      const draws = new RandomDraws(seed, tensor, model);
      return Array.from({length: 40_000}, (_, i) => draws.at(i) / 4294967296);
    };
    const first = draw(1, "t", "m");
    expect(Math.abs(first.reduce((x, y) => x + y, 0) / 40_000 - 0.5)).toBeLessThan(0.006);
    const buckets = new Array<number>(100).fill(0);
    for (const v of first) buckets[Math.floor(v * 100)]!++;
    const chi = buckets.reduce((sum, n) => sum + (n - 400) ** 2 / 400, 0);
    expect(chi).toBeLessThan(160);
    for (const other of [draw(2, "t", "m"), draw(1, "u", "m"), draw(1, "t", "n")]) {
      const correlation =
        first.reduce((sum, v, i) => sum + (v - 0.5) * (other[i]! - 0.5), 0) / 40_000 / (1 / 12);
      expect(Math.abs(correlation)).toBeLessThan(0.02);
    }
  });
});

describe("what models have in common", () => {
  it("a tensor that one model lacks is left out of it by task vectors, and named otherwise", async () => {
    const full: Tensors = {w: {values: [1, 2]}, x: {values: [1]}};
    await writeModel(join(work.path, "full"), full);
    await writeModel(join(work.path, "part"), {w: {values: [2, 2]}});
    const task = await mergeIn(work.path, {
      merge_method: "task_arithmetic",
      base_model: "full",
      models: [{model: "part", parameters: {weight: 1}}]
    });
    expect([...task.tensors.get("x")!.values]).toEqual([1]);
    expect(task.report.warnings.join()).toMatch(/x is not in part/);
    const mean = await mergeIn(work.path, {
      merge_method: "linear",
      models: [
        {model: "full", parameters: {weight: 1}},
        {model: "part", parameters: {weight: 1}}
      ]
    });
    expect(mean.tensors.has("x")).toBe(false);
    expect(mean.report.warnings.join()).toMatch(/the result does not have it/);
  });

  it("whole numbers pass through every method as they are", async () => {
    const ids = BigInt64Array.from([3n, -4n, 2n ** 60n + 1n]);
    for (const name of ["ids-a", "ids-b", "ids-c"]) {
      await mkdir(join(work.path, name), {recursive: true});
      await writeSafetensors(join(work.path, name, "model.safetensors"), [
        {name: "ids", dtype: "I64", shape: [3], data: new Uint8Array(ids.buffer)},
        {name: "w", dtype: "F32", shape: [2, 2], data: new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer)}
      ]);
    }
    for (const [name, method] of Object.entries(METHODS)) {
      const count = Math.min(method.models.max, 2);
      const recipe = {
        merge_method: name,
        base_model: method.base === "required" ? "ids-a" : undefined,
        models: ["ids-b", "ids-c"].slice(0, count).map((model) => ({
          model,
          parameters: "weight" in method.perModel ? {weight: 1} : undefined
        })),
        parameters: "t" in method.global ? {t: 0.5} : undefined
      };
      const {out} = await merge(recipe, {
        out: join(work.path, `ids-${name}`),
        hashCache: join(work.path, "hashes.json"),
        resolveModel: (model) => join(work.path, model)
      });
      const bytes = await readBytes(await openCheckpoint(out), "ids");
      expect(new BigInt64Array(bytes.buffer, bytes.byteOffset, 3), name).toEqual(ids);
    }
  });

  it("shapes that differ are refused by name", async () => {
    await writeModel(join(work.path, "wide"), {w: {values: [1, 2, 3]}});
    await writeModel(join(work.path, "slim"), {w: {values: [1, 2]}});
    await expect(
      mergeIn(work.path, {
        merge_method: "slerp",
        base_model: "wide",
        models: [{model: "slim"}],
        parameters: {t: 0.5}
      })
    ).rejects.toThrow(/w differs in shape: slim \[2\], wide \[3\]/);
  });

  it("a result with NaN is refused, naming the tensors, unless that is allowed", async () => {
    await writeModel(join(work.path, "ok"), {w: {values: [1, 2]}});
    await writeModel(join(work.path, "nan"), {w: {values: [NaN, Infinity]}});
    const recipe = {
      merge_method: "linear",
      models: [
        {model: "ok", parameters: {weight: 1}},
        {model: "nan", parameters: {weight: 1}}
      ]
    };
    await expect(mergeIn(work.path, recipe)).rejects.toThrow(/NaN or infinite values in 1 tensor: w \(2\)/);
    const {report} = await mergeIn(work.path, recipe, {allowNonFinite: true});
    expect(report.tensors[0]!.nonFinite).toBe(2);
  });
});

import {cp, symlink} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {mergeIn, workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
const values = (seed: number) => Array.from({length: 64}, (_, i) => Math.sin((i + 1) * (seed + 1)));
beforeAll(async () => {
  work = await workFolder();
  for (const [seed, name] of ["base", "a", "b"].entries())
    await writeModel(join(work.path, name), {w: {shape: [8, 8], values: values(seed)}});
  await symlink(join(work.path, "base"), join(work.path, "link"));
  await cp(join(work.path, "a"), join(work.path, "copy"), {recursive: true});
});
afterAll(() => work.remove());

const listed = (models: Record<string, number> | string[]) =>
  (Array.isArray(models) ? models.map((model) => [model] as const) : Object.entries(models)).map(
    ([model, weight]) => ({model, parameters: weight === undefined ? {} : {weight}})
  );

async function merged(method: string, models: Parameters<typeof listed>[0], more: object = {}, seed = 0) {
  const {tensors, report} = await mergeIn(
    work.path,
    {merge_method: method, models: listed(models), ...more},
    {seed}
  );
  return {w: [...tensors.get("w")!.values], warnings: report.warnings};
}

describe("a model that goes by two names", () => {
  it("is one base, however it is spelled", async () => {
    const {w} = await merged("model_stock", ["base", "a", "b"], {base_model: "base"});
    for (const base of ["./base", "base/", "../" + work.path.split("/").at(-1) + "/base", "link"])
      expect((await merged("model_stock", ["base", "a", "b"], {base_model: base})).w, base).toEqual(w);
  });

  it("counts once, with the parameters of the first, and it is said", async () => {
    const once = await merged("linear", {a: 1, b: 1});
    const twice = await merged("linear", {a: 1, "./a": 3, b: 1});
    expect(twice.w).toEqual(once.w);
    expect(once.warnings).toEqual([]);
    expect(twice.warnings).toEqual([expect.stringMatching(/^\.\/a is the same folder as a: it counts once/)]);
  });

  it("is too few where a method needs two", async () => {
    await expect(merged("slerp", ["a", "./a"], {base_model: "a", parameters: {t: 0.5}})).rejects.toThrow(
      /slerp takes exactly 1 model beside the base_model, but 0 are listed/
    );
  });

  it("is one vocabulary's owner, too", async () => {
    await expect(merged("linear", {a: 1, b: 1}, {tokenizer: {source: "./a"}})).rejects.toThrow(
      /a has no tokenizer\.json/
    );
  });
});

describe("a model that is listed twice", () => {
  it("counts once, and it is said", async () => {
    const models = ["a", "a", "b"].map((model, i) => ({model, parameters: {weight: [1, 3, 1][i]}}));
    const {tensors, report} = await mergeIn(work.path, {merge_method: "linear", models});
    expect([...tensors.get("w")!.values]).toEqual((await merged("linear", {a: 1, b: 1})).w);
    expect(report.warnings).toEqual([expect.stringMatching(/^line \d+: a is listed twice: it counts once/)]);
  });
});

describe("two folders with the same weights", () => {
  it("count as two models, and it is said", async () => {
    const {warnings} = await merged(
      "linear",
      ["a", "copy", "b"].reduce((all, name) => ({...all, [name]: 1}), {})
    );
    expect(warnings).toEqual(["a and copy hold the same weights, and count as two models."]);
  });
});

describe("a random method", () => {
  it("draws by names where these are ids, whatever the files", async () => {
    const by = async (name: string) => {
      const models = [name, "b"].map((model) => ({model, parameters: {weight: 1, density: 0.5}}));
      const recipe = {merge_method: "dare_linear", base_model: "base", models};
      const {tensors} = await mergeIn(work.path, recipe, {drawBy: "name"});
      return [...tensors.get("w")!.values];
    };
    expect(await by("copy")).not.toEqual(await by("a"));
  });

  for (const method of ["dare_ties", "dare_linear", "della"])
    it(`draws by the files that it reads, not by their path (${method})`, async () => {
      const more = {
        base_model: "base",
        parameters: {density: 0.5, epsilon: method === "della" ? 0.1 : undefined}
      };
      const {w} = await merged(method, {a: 1, b: 1}, more);
      for (const name of ["./a", "copy", join(work.path, "a")])
        expect((await merged(method, {[name]: 1, b: 1}, more)).w, name).toEqual(w);
      expect((await merged(method, {a: 1, b: 1}, more, 1)).w).not.toEqual(w);
    });
});

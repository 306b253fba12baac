// @module-tag long
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {METHODS} from "../../../src/weights/merge/methods/index.js";
import {type Given, mergeOne, near} from "./oneTensor.js";
import {workFolder} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
});
afterAll(() => work.remove());

const one = (method: string, models: Given[], options?: Parameters<typeof mergeOne>[3]) =>
  mergeOne(work.path, method, models, options);

describe("identities", () => {
  const values = Array.from({length: 300}, (_, i) => Math.sin(i * 1.7) / (1 + (i % 5)));
  const start = Array.from({length: 300}, (_, i) => Math.cos(i * 0.9));
  const shape = [10, 30];
  const own = (name: string, weight: number) =>
    "weight" in METHODS[name]!.perModel ? {parameters: {weight}} : {};
  const globals: Record<string, object> = {slerp: {t: 0.4}, nearswap: {t: 0.5}};
  const modes = [
    {exact: false, mode: ""},
    {exact: true, mode: ", exact"}
  ];

  for (const {exact, mode} of modes)
    for (const [name, method] of Object.entries(METHODS)) {
      it(`${name} of a model with itself is itself${mode}`, async () => {
        const count = Math.min(method.models.max, 2) + (method.base === "required" ? 1 : 0);
        const used = Array.from({length: count}, (_, i) => ({
          values,
          shape,
          ...(method.base === "required" && i === 0 ? undefined : own(name, 1))
        }));
        const merged = await one(name, used, {base: method.base === "required", exact, ...globals[name]});
        near(merged, values.map(Math.fround), 5);
      });
    }

  for (const {exact, mode} of modes)
    for (const [name, method] of Object.entries(METHODS)) {
      if (!method.taskVectors || !("weight" in method.perModel)) continue;
      it(`${name} with weight 0 gives the base, and one model with weight 1 gives that model${mode}`, async () => {
        const models = (weight: number) => [
          {values: start, shape},
          {values, shape, parameters: {weight, density: 1}}
        ];
        expect(await one(name, models(0), {exact})).toEqual(start.map(Math.fround));
        near(await one(name, models(1), {exact}), values.map(Math.fround), 6);
      });
    }

  const base = {values: start, shape};
  const other = {values, shape};
  const weighted = (weight: number, model: Given) => ({...model, parameters: {weight}});
  /** What each method without task vector weights gives when one side counts for nothing, or for all. */
  const ends: [string, string, Given[], Record<string, unknown>, number[]][] = [
    [
      "linear",
      "of weights 1 and 0 gives the first",
      [weighted(1, base), weighted(0, other)],
      {base: false},
      start
    ],
    ["slerp", "at 0 gives the base", [base, other], {t: 0}, start],
    ["slerp", "at 1 gives the other model", [base, other], {t: 1}, values],
    [
      "nuslerp",
      "of weights 1 and 0 gives the first",
      [weighted(1, base), weighted(0, other)],
      {base: false},
      start
    ],
    [
      "nuslerp",
      "of weights 0 and 1 gives the second",
      [weighted(0, base), weighted(1, other)],
      {base: false},
      values
    ],
    [
      "multislerp",
      "of weights 1 and 0 gives the first",
      [weighted(1, base), weighted(0, other)],
      {base: false, normalize_weights: true},
      start
    ],
    [
      "karcher",
      "of parallel models gives their mean",
      [other, {...other, values: values.map((v) => 3 * v)}],
      {base: false},
      values.map((v) => 2 * v)
    ],
    [
      "model_stock",
      "of models that differ in nothing in common gives the base",
      [
        base,
        {...base, values: start.map((v, i) => (i % 2 ? v + 0.5 : v))},
        {...base, values: start.map((v, i) => (i % 2 ? v : v + 0.5))}
      ],
      {},
      start
    ],
    ["nearswap", "with a threshold of 0 gives the base", [base, other], {t: 0}, start],
    [
      "nearswap",
      "with a threshold above every difference gives the other model",
      [base, other],
      {t: 10},
      values
    ],
    ["sce", "of one model gives that model", [base, other], {}, values],
    ["sce", "that selects nothing gives the base", [base, other, other], {select_topk: 0}, start],
    ["ram", "of one model gives that model", [base, other], {}, values],
    ["ram", "of differences below epsilon gives the base", [base, other], {epsilon: 9}, start],
    ["ramplus_tl", "of one model gives that model", [base, other], {}, values],
    ["arcee_fusion", "of a model equal to the base gives the base", [base, base], {}, start],
    [
      "passthrough",
      "with a scale of 0 gives zeros",
      [{...other, parameters: {scale: 0}}],
      {base: false},
      values.map(() => 0)
    ]
  ];
  for (const {exact, mode} of modes)
    for (const [name, what, models, parameters, expected] of ends)
      it(`${name} ${what}${mode}`, async () => {
        near(await one(name, models, {exact, ...parameters}), expected.map(Math.fround), 5);
      });

  it("every method has one of these ends, or weights of task vectors", () => {
    const covered = new Set(ends.map(([name]) => name));
    for (const [name, method] of Object.entries(METHODS))
      expect(covered.has(name) || (method.taskVectors && "weight" in method.perModel), name).toBe(true);
  });
});

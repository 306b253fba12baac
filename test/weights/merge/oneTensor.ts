import {join} from "node:path";
import {expect} from "vitest";
import {mergeIn, writeModel} from "./support.js";

export interface Given {
  values: number[];
  shape?: number[];
  parameters?: object;
}

/** Merges one tensor named w by hand-given models in `folder`; the first is the base unless `base` is false. */
export async function mergeOne(
  folder: string,
  method: string,
  models: Given[],
  {
    base = true,
    exact = false,
    dtype,
    ...parameters
  }: {base?: boolean; exact?: boolean; dtype?: "BF16"; [name: string]: unknown} = {}
): Promise<number[]> {
  const names = models.map((_, i) => `m${i}`);
  for (const [i, {values, shape}] of models.entries())
    await writeModel(join(folder, names[i]!), {w: {values, shape, dtype}});
  const listed = models.flatMap(({parameters: own}, i) =>
    base && i === 0 ? [] : [{model: names[i], parameters: own}]
  );
  const recipe = {
    merge_method: method,
    models: listed,
    base_model: base ? "m0" : undefined,
    parameters: Object.keys(parameters).length > 0 ? parameters : undefined
  };
  const {tensors} = await mergeIn(folder, recipe, {exact});
  return [...tensors.get("w")!.values];
}

/** The same numbers up to so many digits after the point. */
export function near(actual: number[], expected: number[], digits = 5): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((v, i) => expect(actual[i], `element ${i}`).toBeCloseTo(v, digits));
}

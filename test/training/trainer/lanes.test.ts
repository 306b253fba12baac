import {availableParallelism} from "node:os";
import {describe, expect, it} from "vitest";
import {openBackend} from "../../../src/weights/ggml/index.js";
import {
  ActiveAdapter,
  LanguageModel,
  newAdapter,
  packedRows,
  targetsOf,
  tokenLosses,
  Trainable
} from "../../../src/training/trainer/index.js";
import {Lanes, lanesOf, partsOf} from "../../../src/training/trainer/training/lanes.js";
import {adapterConfig} from "../../../src/training/trainer/adapters.js";
import {checkpoint} from "./support.js";

const rows = [
  [3, 14, 15, 9, 2, 6],
  [5, 35, 8, 9],
  [7, 9, 32, 38, 4, 6, 2],
  [1, 2, 3],
  [39, 0, 12, 12, 5]
].map((ids) => [{ids, labels: ids.map((id, i) => (i < 2 ? -100 : id))}]);

/** As preferences weigh them: each row by itself, the worse answers negative. */
const weightOf = (row: number) => 0.1 * (row - 1.5);

const lora = {rank: 3, alpha: 6, rslora: false, dora: true, targets: ["q_proj", "down_proj"]};

/** Losses and gradients of the rows, computed as one batch and by lanes, twice each. */
async function both(threads: number, adapted: boolean) {
  const backend = await openBackend(threads);
  const model = await LanguageModel.open(backend, await checkpoint());
  const adapter = adapted
    ? new ActiveAdapter(model, {
        config: adapterConfig(lora),
        json: {},
        tensors: await newAdapter(model.config, lora, 1, (name) => model.storage.read(name))
      })
    : undefined;
  const storage = adapter?.storage ?? model.storage;
  const trainable = new Trainable(backend, storage, storage.names());
  const lanes = await Lanes.open(model, trainable);
  const gradients = () => storage.names().flatMap((name) => [...trainable.gradientOf(name)]);
  try {
    const {batch, labels} = packedRows(rows);
    const whole = tokenLosses(model, batch, targetsOf(batch, labels, weightOf), {gradients: true});
    const expected = gradients();
    const parts = partsOf(rows, lanes.count).map((part) => packedRows(part));
    const found: {losses: number[]; gradients: number[]}[] = [];
    const firsts = [0, partsOf(rows, lanes.count)[0]!.length];
    for (let i = 0; i < 2; i++) {
      trainable.clearGradients();
      const weight = (part: number) => (row: number) => weightOf(firsts[part]! + row);
      const losses = await lanes.losses(parts, (part) => ({weight: weight(part), gradients: true}));
      found.push({losses: losses.flatMap((part) => [...part]), gradients: gradients()});
    }
    expect(backend.threads).toBe(threads);
    return {whole: [...whole], expected, found, count: lanes.count};
  } finally {
    lanes.free();
    trainable.free();
    adapter?.free();
    model.free();
    backend.free();
  }
}

describe("lanes", () => {
  it("cut a micro-batch into parts of about the same size, none empty", () => {
    expect(partsOf([1, 2, 3, 4, 5], 2)).toEqual([
      [1, 2],
      [3, 4, 5]
    ]);
    expect(partsOf([1], 2)).toEqual([[1]]);
    expect(partsOf([1, 2, 3], 1)).toEqual([[1, 2, 3]]);
  });

  it("are two, and one for a model whose gradients a second time would cost more than they bring", () => {
    const of = (shape: [number, number, number, number]) =>
      ({parameters: [{node: {shape}}]}) as unknown as Trainable;
    expect(lanesOf(of([1000, 1000, 1, 1]))).toBe(2);
    expect(lanesOf(of([50_000, 1000, 1, 1]))).toBe(1);
  });

  it.each([
    ["all weights", false],
    ["an adapter", true]
  ])("give the losses and gradients of the whole batch, of %s", async (_, adapted) => {
    const {whole, expected, found, count} = await both(1, adapted);
    expect(count).toBe(2);
    const length = Math.hypot(...expected);
    expect(length).toBeGreaterThan(0.01);
    for (const {losses, gradients} of found) {
      losses.forEach((loss, i) => expect(loss).toBeCloseTo(whole[i]!, 5));
      expect(losses).toHaveLength(whole.length);
      expect(Math.hypot(...gradients.map((value, i) => value - expected[i]!)) / length).toBeLessThan(1e-5);
    }
    expect(found[1]).toEqual(found[0]);
  });

  it.skipIf(availableParallelism() < 2)(
    "computed at the same time give the bits they give in turn (needs two cores)",
    async () => {
      const [one, two] = [await both(1, false), await both(2, false)];
      expect(two.found).toEqual(one.found);
    }
  );
});

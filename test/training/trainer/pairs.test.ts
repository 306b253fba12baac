import {expect, it} from "vitest";
import {openBackend} from "../../../src/weights/ggml/index.js";
import {
  ActiveAdapter,
  answered,
  LanguageModel,
  newAdapter,
  Trainable
} from "../../../src/training/trainer/index.js";
import {PolicyScoring} from "../../../src/training/trainer/training/policyScoring.js";
import {Lanes, partsOf} from "../../../src/training/trainer/training/lanes.js";
import {comparePairs, pairRows, slopesOf} from "../../../src/training/trainer/training/pairs.js";
import {adapterConfig} from "../../../src/training/trainer/adapters.js";
import {checkpoint} from "./support.js";

const pairs = [1, 2, 3].map((i) => ({
  chosen: answered([i, 10], [20 + i, 39]),
  rejected: answered([i, 10], [30 - i, 12, 39])
}));

it("slopes of pairs go to the rows that they came from", () => {
  const parts = [pairs.slice(0, 1), pairs.slice(1)].map(pairRows);
  expect(slopesOf(parts, {chosen: [1, 2, 3], rejected: [-1, -2, -3]})).toEqual([
    [1, -1],
    [2, 3, -2, -3]
  ]);
});

it.each([
  ["an adapter and its own base", true],
  ["all weights and a copy of the base", false]
])("pairs compare in two parts as in one: %s", async (_, adapted) => {
  const backend = await openBackend(1);
  const base = await checkpoint();
  const model = await LanguageModel.open(backend, base);
  const lora = {rank: 3, alpha: 60, rslora: false, dora: false, targets: ["q_proj", "down_proj"]};
  const adapter = adapted
    ? new ActiveAdapter(model, {
        config: adapterConfig(lora),
        json: {},
        // Both halves random: an adapter that is not at its beginning.
        tensors: new Map(
          [...(await newAdapter(model.config, lora, 1, (name) => model.storage.read(name)))].map(
            ([name, tensor]) => [
              name,
              {...tensor, data: Float32Array.from(tensor.data, (_value, i) => Math.sin(i + 1) / 10)}
            ]
          )
        )
      })
    : undefined;
  const storage = adapter?.storage ?? model.storage;
  const trainable = new Trainable(backend, storage, storage.names());
  const lanes = await Lanes.open(model, trainable);
  const reference = adapted ? undefined : await LanguageModel.open(backend, base);
  if (!adapted)
    for (const name of storage.names())
      storage.write(
        name,
        storage.read(name).map((value) => value * 1.02)
      );
  const scoring = new PolicyScoring(lanes, adapter, reference);
  try {
    const settings = {beta: 0.5, losses: [{loss: "sigmoid" as const, weight: 1}]};
    const one = await comparePairs(scoring, [pairRows(pairs)], settings);
    const two = await comparePairs(scoring, partsOf(pairs, 2).map(pairRows), settings);
    expect(Math.abs(one.loss - Math.LN2)).toBeGreaterThan(1e-3);
    expect(two.loss).toBeCloseTo(one.loss, 5);
    for (const of of ["chosen", "rejected", "chosenRewards", "rejectedRewards"] as const) {
      expect(two[of]).toHaveLength(3);
      two[of].forEach((value, i) => expect(value).toBeCloseTo(one[of][i]!, 4));
    }
  } finally {
    scoring.free();
    lanes.free();
    trainable.free();
    adapter?.free();
    model.free();
    backend.free();
  }
});

import {describe, expect, it} from "vitest";
import fc from "../../support/property.js";
import {Storage, GraphMemory} from "../../../src/weights/ggml/index.js";
import {
  adamWStep,
  answered,
  clipFactor,
  cut,
  gradientNorm,
  learningRate,
  packedRows,
  packing,
  preferenceLoss,
  preferenceLosses,
  type ScoredAnswer,
  targetsOf,
  Trainable
} from "../../../src/training/trainer/index.js";
import {LossWatch} from "../../../src/training/trainer/training/divergence.js";
import {oneThread} from "./support.js";

describe("rows of examples", () => {
  it("are packed longest first into the fullest row with room, and none is lost", () => {
    const lengths = [3, 9, 4, 12, 1, 6];
    const rows = packing(lengths, 10);
    expect(rows).toEqual([[3], [1, 4], [5, 2], [0]]);
    expect(rows.flat().sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("learn only answers, and never the first token of a document", () => {
    const {batch, labels} = packedRows([[answered([1, 2], [3, 4]), {ids: [7, 8], labels: [7, 8]}]]);
    const targets = targetsOf(batch, labels, 0.5);
    expect([...targets.places]).toEqual([1, 2, 4]);
    expect([...targets.tokens]).toEqual([3, 4, 8]);
    expect([...batch.positions]).toEqual([0, 1, 2, 3, 0, 1]);
    expect(cut(answered([1, 2], [3, 4]), 3)).toEqual({ids: [1, 2, 3], labels: [-100, -100, 3]});
    expect(cut(answered([1, 2], [3, 4]), 3, "end")).toEqual({ids: [2, 3, 4], labels: [-100, 3, 4]});
  });
});

describe("the learning rate", () => {
  it("begins at 0 with warm-up, reaches its full height after it, and ends near 0", () => {
    expect(learningRate("cosine", 1, 4, 20, 0)).toBe(0);
    expect(learningRate("cosine", 1, 4, 20, 4)).toBe(1);
    expect(learningRate("cosine", 1, 4, 20, 12)).toBeCloseTo(0.5, 12);
    expect(learningRate("linear", 1, 0, 4, 3)).toBe(0.25);
    expect(learningRate("constant", 1, 2, 4, 3)).toBe(1);
  });
});

describe("the watch over losses", () => {
  const record = (step: number, loss: number) => ({step, loss, rate: 1, norm: 1, tokens: 1});

  it("ends a training whose mean of 20 steps is twice, and a nat above, the lowest before", () => {
    const walk = fc.array(fc.double({min: 0, max: 6, noNaN: true}), {minLength: 1, maxLength: 90});
    fc.assert(
      fc.property(walk, (values) => {
        // Smooth, so that means move: some walks rise and some do not.
        const losses = values.map(
          (_, i) => values.slice(0, i + 1).reduce((sum, v) => sum + v, 0) / (i + 1) + i / 20
        );
        const means = losses.map((_, i) => losses.slice(i - 19, i + 1).reduce((sum, v) => sum + v, 0) / 20);
        const expected = losses.map((_, i) => {
          if (i < 20) return false;
          const first = losses[0]!;
          const stays = losses.slice(i - 19, i + 1).every((loss) => loss > 1.5 * first);
          if (i < 39) return stays && means[i]! > 2 * first && means[i]! > first + 1;
          const lowest = Math.min(...means.slice(19, i - 19));
          return means[i]! > 2 * lowest && means[i]! > lowest + 1;
        });
        const watch = new LossWatch(1000);
        const found = losses.map((loss, i) => watch.look(record(i + 1, loss)) !== undefined);
        expect(found).toEqual(expected);
        // Begun again from the records of before, it goes on as if nothing had been.
        const half = Math.floor(losses.length / 2);
        const resumed = new LossWatch(
          1000,
          losses.slice(0, half).map((loss, i) => record(i + 1, loss))
        );
        expect(losses.slice(half).map((loss, i) => resumed.look(record(i, loss)) !== undefined)).toEqual(
          expected.slice(half)
        );
      })
    );
    const rising = Array.from({length: 90}, (_, i) => record(i + 1, i < 40 ? 1 : 3));
    const watch = new LossWatch(1000);
    expect(rising.map((one) => watch.look(one)).findIndex((found) => found !== undefined)).toBeGreaterThan(
      40
    );
    expect(new LossWatch(1000).look(record(1, NaN))).toBe("the loss of step 1 is NaN");
  });
});

describe("the watch over losses of few steps", () => {
  const record = (step: number, loss: number) => ({step, loss, rate: 1, norm: 1, tokens: 1});
  const endOf = (steps: number, losses: readonly number[]) => {
    const watch = new LossWatch(steps);
    const at = losses.findIndex((loss, i) => watch.look(record(i + 1, loss)) !== undefined);
    return {at: at < 0 ? undefined : at + 1, good: watch.good};
  };

  it("ends one that rises at once and stays there, and says which weights are from before", () => {
    const early = [
      10.1, 6.3, 17.9, 34, 66, 38, 33, 25, 30, 30, 29, 26, 19, 26, 30, 33, 31, 35, 40, 34, 37, 30
    ];
    expect(endOf(200, early)).toEqual({at: 22, good: 3});
    expect(endOf(12, [2, 2, ...Array<number>(10).fill(30)]).at).toBe(8);
    expect(endOf(8, [2, 9, 9, 9, 9, 9, 9, 9])).toEqual({at: 6, good: 1});
  });

  it("takes a short training's own length for the windows", () => {
    const losses = [5, 4, 3, 2, 1, 1, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9];
    expect(endOf(39, losses).at).toBeUndefined();
    expect(endOf(20, losses)).toEqual({at: 20, good: 10});
  });

  it("lets one go on whose first loss was low by chance", () => {
    const noisy = [0.5, 3, 0.6, 2, 3, 0.7, 3, 2, 3, 0.6, 2, 3];
    expect(endOf(24, noisy).at).toBeUndefined();
  });
});

describe("preference losses", () => {
  const pairs = [
    {
      chosen: {policy: -3, reference: -4.5, tokens: 4},
      rejected: {policy: -9, reference: -8, tokens: 7}
    },
    {
      chosen: {policy: -6, reference: -5, tokens: 3},
      rejected: {policy: -2, reference: -4, tokens: 2}
    }
  ];

  it.each(preferenceLosses.map((loss) => [loss]))("%s has the slopes it gives", (loss) => {
    const settings = {beta: 0.3, losses: [{loss, weight: 1}], labelSmoothing: 0.1};
    const {chosen, rejected} = preferenceLoss(pairs, settings);
    const moved = (pair: number, side: "chosen" | "rejected", by: number) =>
      preferenceLoss(
        pairs.map((each, i) => {
          const scored: ScoredAnswer = each[side];
          return i === pair ? {...each, [side]: {...scored, policy: scored.policy + by}} : each;
        }),
        settings
      ).loss;
    for (const pair of [0, 1]) {
      expect(chosen[pair]).toBeCloseTo(
        (moved(pair, "chosen", 1e-5) - moved(pair, "chosen", -1e-5)) / 2e-5,
        6
      );
      expect(rejected[pair]).toBeCloseTo(
        (moved(pair, "rejected", 1e-5) - moved(pair, "rejected", -1e-5)) / 2e-5,
        6
      );
    }
  });

  it("start at ln 2 where policy and reference agree", () => {
    const same = {policy: -3, reference: -3, tokens: 2};
    const {loss} = preferenceLoss([{chosen: same, rejected: same}], {
      beta: 0.1,
      losses: [{loss: "sigmoid", weight: 1}]
    });
    expect(loss).toBeCloseTo(Math.LN2, 12);
  });
});

describe("AdamW", () => {
  it("does by hand's steps, clipped, with decay only where it is wanted", async () => {
    const backend = await oneThread();
    const weights = new Storage(backend, [
      {name: "a", shape: [2]},
      {name: "b", shape: [1]}
    ]);
    weights.write("a", Float32Array.of(1, -2));
    weights.write("b", Float32Array.of(0.5));
    const trainable = new Trainable(backend, weights, ["a", "b"], (name) => name === "a");
    const workspace = new GraphMemory(backend);
    const gradients = {a: [3, 0], b: [4]};
    const p: Record<string, number[]> = {a: [1, -2], b: [0.5]};
    const m: Record<string, number[]> = {a: [0, 0], b: [0]};
    const v: Record<string, number[]> = {a: [0, 0], b: [0]};
    for (let step = 1; step <= 3; step++) {
      for (const {name, gradient} of trainable.parameters)
        backend.ggml.base.backend_tensor_set(
          gradient.pointer,
          Float32Array.from(gradients[name as "a" | "b"]),
          0,
          4 * gradients[name as "a" | "b"].length
        );
      const norm = gradientNorm(workspace, trainable);
      expect(norm).toBeCloseTo(5, 6);
      const factor = clipFactor(norm, 1);
      adamWStep(
        workspace,
        trainable,
        {beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.1},
        {step, rate: 0.01, factor}
      );
      for (const name of ["a", "b"] as const)
        gradients[name].forEach((raw, i) => {
          const g = raw * factor;
          m[name]![i] = 0.9 * m[name]![i]! + 0.1 * g;
          v[name]![i] = 0.999 * v[name]![i]! + 0.001 * g * g;
          const decayed = p[name]![i]! * (name === "a" ? 1 - 0.01 * 0.1 : 1);
          p[name]![i] =
            decayed -
            (0.01 * (m[name]![i]! / (1 - 0.9 ** step))) /
              (Math.sqrt(v[name]![i]! / (1 - 0.999 ** step)) + 1e-8);
        });
    }
    for (const name of ["a", "b"])
      weights.read(name).forEach((value, i) => expect(value).toBeCloseTo(p[name]![i]!, 6));
    trainable.free();
    weights.free();
    workspace.free();
  });
});

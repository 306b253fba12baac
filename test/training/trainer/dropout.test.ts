import {describe, expect, it} from "vitest";
import {
  LanguageModel,
  packedRows,
  targetsOf,
  tokenLosses,
  Trainable
} from "../../../src/training/trainer/index.js";
import {Graph, scale, Tape} from "../../../src/weights/ggml/index.js";
import {dropMasks, dropped} from "../../../src/training/trainer/dropout.js";
import {rng} from "../../../src/base/stats/index.js";
import {checkpoint, oneThread, slopes} from "./support.js";

const rows = [
  [3, 14, 15, 9, 2, 6],
  [5, 35, 8, 9]
].map((ids) => [{ids, labels: ids}]);

describe("dropout", () => {
  it("drops about its share of the values and scales the rest, so that the mean stays", async () => {
    const model = await LanguageModel.open(await oneThread(), await checkpoint());
    const graph = new Graph(model.workspace, 64);
    try {
      const tape = new Tape(graph, false);
      const ones = graph.input(new Float32Array(32 * 1000).fill(1), [32, 1000], "F32");
      const mask = dropMasks(graph, {share: 0.2, seed: [1]})(32, 1000);
      const kept = graph.keep(dropped(tape, ones, mask));
      graph.run();
      const values = [...graph.read(kept)];
      expect(new Set(values)).toEqual(new Set([0, 1.25]));
      const share = values.filter((value) => value === 0).length / values.length;
      // Five standard deviations of 32,000 draws.
      expect(Math.abs(share - 0.2)).toBeLessThan(5 * Math.sqrt((0.2 * 0.8) / values.length));
    } finally {
      graph.free();
      model.free();
    }
  });

  it("makes each mask when the computation runs, in the order they were asked for", async () => {
    const model = await LanguageModel.open(await oneThread(), await checkpoint());
    const graph = new Graph(model.workspace, 64);
    try {
      const before = process.memoryUsage().arrayBuffers;
      const masked = dropMasks(graph, {share: 0.5, seed: [1]});
      const tape = new Tape(graph, false);
      const small = [3, 5].map((width) => graph.keep(scale(tape, masked(width, 1)!, 1)));
      for (let i = 0; i < 10; i++) scale(tape, masked(1000, 1000)!, 1);
      // Ten masks have 40 MB.
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4e6);
      graph.run();
      const {bits} = rng(1, "dropout");
      const drawn = (width: number) =>
        Array.from({length: Math.ceil(width / 2)}, () => bits())
          .flatMap((both) => [both & 0xffff, both >>> 16])
          .slice(0, width)
          .map((half) => (half >= 0x8000 ? 2 : 0));
      expect(small.map((mask) => [...graph.read(mask)])).toEqual([drawn(3), drawn(5)]);
    } finally {
      graph.free();
      model.free();
    }
  });

  it("has the gradient of what is left, and drops the same where layers are computed again", async () => {
    const model = await LanguageModel.open(await oneThread(), await checkpoint());
    const {storage} = model;
    const trainable = new Trainable(model.backend, storage, storage.names());
    try {
      const {batch, labels} = packedRows(rows);
      const targets = targetsOf(batch, labels, 1);
      const dropout = {share: 0.3, seed: ["run", 4, 0]};
      const losses = (seed: (string | number)[] = dropout.seed) => [
        ...tokenLosses(model, batch, targets, {dropout: {...dropout, seed}})
      ];
      const gradients = (checkpointing: boolean) => {
        trainable.clearGradients();
        tokenLosses(model, batch, targets, {gradients: true, checkpointing, dropout});
        return storage.names().map((name) => trainable.gradientOf(name));
      };
      const computed = gradients(false);
      expect(gradients(true)).toEqual(computed);
      expect(losses()).toEqual(losses());
      expect(losses(["run", 5, 0])).not.toEqual(losses());
      expect(losses()).not.toEqual([...tokenLosses(model, batch, targets)]);
      const [gradient, measured] = slopes(model, storage, {dropout});
      expect(Math.abs(gradient / measured - 1)).toBeLessThan(0.01);
    } finally {
      trainable.free();
      model.free();
    }
  });
});

import {describe, expect, it} from "vitest";
import {
  answered,
  readConfig,
  targetsOf,
  type TrainingJob,
  type TrainingSettings
} from "../../../src/training/trainer/index.js";
import {microBatch, planBatches} from "../../../src/training/trainer/training/batches.js";
import {partsOf} from "../../../src/training/trainer/training/lanes.js";
import {largestParts, type LanePart} from "../../../src/training/trainer/training/largest.js";
import {predictMemory} from "../../../src/training/trainer/training/memory.js";
import {pairRows} from "../../../src/training/trainer/training/pairs.js";
import {lengthsOf} from "../../../src/training/trainer/training/session.js";
import {oneThread, tiny} from "./support.js";

const config = readConfig(tiny, "config.json");
const example = (length: number) => {
  const ids = Array.from({length}, (_, i) => i % 40);
  return answered(ids.slice(0, length / 2), ids.slice(length / 2));
};

const examples = (lengths: readonly number[]): TrainingJob["data"] => ({
  kind: "examples",
  train: lengths.map(example),
  validation: []
});
const pairs = (lengths: readonly number[]): TrainingJob["data"] => ({
  kind: "pairs",
  train: lengths.map((length) => ({chosen: example(length), rejected: example(6)})),
  validation: [],
  preference: {beta: 0.1, losses: [{loss: "sigmoid", weight: 1}]}
});

function job(
  data: TrainingJob["data"],
  more: Partial<TrainingSettings> = {},
  checkpointing = false
): TrainingJob {
  return {
    base: "",
    baseName: "",
    work: "",
    identity: "",
    checkpointing,
    checkpointEvery: 10,
    data,
    settings: {
      precision: "f32",
      steps: 30,
      rows: 8,
      accumulate: 1,
      rate: 1e-3,
      schedule: "constant",
      warmUp: 0,
      optimizer: {beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0},
      seed: "assay",
      ...more
    }
  };
}

/** Every part of every step, by lane. */
function allParts(job: TrainingJob, lanes: number): LanePart[][] {
  const {data, settings} = job;
  if (data.kind === "marked") throw new Error("its parts are an upper bound");
  const plan = planBatches(lengthsOf(job), settings);
  const found: LanePart[][] = Array.from({length: lanes}, () => []);
  for (let step = 0; step < settings.steps; step++)
    for (const rows of plan.step(step))
      partsOf(rows, lanes).forEach((part, lane) => {
        const {batch, labels} =
          data.kind === "examples"
            ? microBatch(data.train, part, settings.packed !== undefined)
            : pairRows(part.flat().map((i) => data.train[i]!));
        found[lane]!.push({batch, targets: targetsOf(batch, labels, 1)});
      });
  return found;
}

const uneven = Array.from({length: 20}, (_, i) => (i === 0 ? 400 : 10 + 2 * i));

describe("the memory of a training", () => {
  it.each<[string, TrainingJob]>([
    ["of one long row among short ones", job(examples(uneven))],
    ["of such rows with layers computed again", job(examples(uneven), {}, true)],
    ["of packed rows", job(examples(uneven), {packed: 64, rows: 3})],
    ["of pairs", job(pairs(uneven), {rows: 4})]
  ])("%s is that of the largest parts of all its epochs", async (_, own) => {
    const backend = await oneThread();
    const predicted = (parts: (lanes: number) => LanePart[][]) =>
      predictMemory(backend, config, own.settings, parts, {
        checkpointing: own.checkpointing,
        reference: false
      });
    expect(predicted((lanes) => largestParts(own, config, lanes))).toBe(
      predicted((lanes) => allParts(own, lanes))
    );
  });

  it("of a million steps and more is predicted without looking at them all", () => {
    const lanes = largestParts(job(examples(uneven), {steps: 1e9}), config, 2);
    expect(lanes.map((parts) => Math.max(...parts.map(({batch}) => batch.length)))).toEqual([400, 400]);
  });

  it("is predicted where scores of a large vocabulary make more nodes than layers do", async () => {
    const wide = {hidden_size: 64, vocab_size: 262_144, num_hidden_layers: 1};
    const gemma = readConfig(
      {...tiny, ...wide, model_type: "gemma3_text", sliding_window: 16},
      "config.json"
    );
    const own = job(examples([4096]), {
      adapter: {rank: 32, alpha: 32, rslora: false, dora: true, targets: ["q_proj", "lm_head"]}
    });
    const backend = await oneThread();
    const parts = (lanes: number) => largestParts(own, gemma, lanes);
    const memory = {checkpointing: true, reference: false};
    expect(predictMemory(backend, gemma, own.settings, parts, memory)).toBeGreaterThan(2e8);
  });
});

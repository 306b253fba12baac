// @module-tag long
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {beforeAll, describe, expect, it} from "vitest";
import {GraphMemory} from "../../../src/weights/ggml/index.js";
import {
  answered,
  gradientNorm,
  ktoLoss,
  LanguageModel,
  type MarkedAnswer,
  paddedRows,
  preferenceLoss,
  resultFolder,
  type TokenExample,
  targetsOf,
  tokenLosses,
  train,
  Trainable,
  type TrainingJob,
  type TrainingSettings,
  withMismatched
} from "../../../src/training/trainer/index.js";
import {largestParts} from "../../../src/training/trainer/training/largest.js";
import {readConfig} from "../../../src/training/trainer/config.js";
import {checkpoint, oneThread, temporaryFolder, tiny} from "./support.js";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const average = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;

/** The slope of `f` by each value, measured. */
const measured = (values: readonly number[], f: (values: readonly number[]) => number) =>
  values.map((_, i) => {
    const moved = (by: number) => f(values.map((value, k) => (k === i ? value + by : value)));
    return (moved(1e-5) - moved(-1e-5)) / 2e-5;
  });

/** KTO's loss by TRL's steps: λ (1 − σ(β (ratio − kl))) and its mirror, the mean of all. */
function ktoByHand(
  ratios: readonly number[],
  marks: readonly boolean[],
  mismatched: readonly number[],
  {beta, goodWeight, badWeight}: {beta: number; goodWeight: number; badWeight: number}
): number {
  const kl = Math.max(average(mismatched), 0);
  const good = ratios.filter((_, i) => marks[i]).map((r) => goodWeight * (1 - sigmoid(beta * (r - kl))));
  const bad = ratios.filter((_, i) => !marks[i]).map((r) => badWeight * (1 - sigmoid(beta * (kl - r))));
  return average([...good, ...bad]);
}

/** ORPO's loss from probabilities, not their logarithms. */
function orpoByHand(pairs: readonly {c: number; nc: number; r: number; nr: number}[], beta: number): number {
  return average(
    pairs.map(({c, nc, r, nr}) => {
      const [chosen, rejected] = [Math.exp(c) ** (1 / nc), Math.exp(r) ** (1 / nr)];
      const odds = chosen / (1 - chosen) / (rejected / (1 - rejected));
      return -Math.log(chosen) - beta * Math.log(odds / (1 + odds));
    })
  );
}

describe("the KTO loss", () => {
  const settings = {beta: 0.3, goodWeight: 1.2, badWeight: 0.7};
  const ratios = [1.5, -1, -1, 0.25];
  const marks = [true, false, true, false];
  const mismatched = [1, 0.25, -0.5, 0.5];
  const of = (values: readonly number[], others = mismatched) =>
    ktoLoss(
      values.map((ratio, i) => ({ratio, good: marks[i]!})),
      others,
      settings
    );

  it("is what TRL's formula gives, and has the slopes it gives with the reference point held", () => {
    const {loss, slopes, right} = of(ratios);
    expect(loss).toBeCloseTo(0.45988814130461075, 14);
    expect(loss).toBeCloseTo(ktoByHand(ratios, marks, mismatched, settings), 14);
    for (const [i, slope] of [-0.0218009418, 0.0126291403, -0.0216499549, 0.0131238465].entries())
      expect(slopes[i]).toBeCloseTo(slope, 9);
    measured(ratios, (values) => of(values).loss).forEach((slope, i) =>
      expect(slopes[i]).toBeCloseTo(slope, 8)
    );
    // Good above the point 0.3125: the first; bad below it: both.
    expect(right).toBe(3);
  });

  it("has a reference point of at least 0", () => {
    expect(of(ratios, [-3, -1]).loss).toBe(of(ratios, [0]).loss);
    expect(of(ratios, [-3, 5]).loss).toBeCloseTo(ktoByHand(ratios, marks, [1], settings), 14);
  });

  it("is half the weights where policy and reference agree", () => {
    expect(of([0, 0, 0, 0], [0]).loss).toBeCloseTo((1.2 + 0.7) / 4, 14);
    expect(() => ktoLoss([], [0], settings)).toThrow("no answers");
    expect(() => ktoLoss([{ratio: 0, good: true}], [], settings)).toThrow("no answers");
  });
});

describe("the ORPO loss", () => {
  const pairs = [
    {c: -3, nc: 4, r: -9, nr: 7},
    {c: -6, nc: 3, r: -2, nr: 2}
  ];
  const of = (beta: number, values: readonly number[] = pairs.flatMap(({c, r}) => [c, r])) =>
    preferenceLoss(
      pairs.map(({nc, nr}, i) => ({
        chosen: {policy: values[2 * i]!, tokens: nc},
        rejected: {policy: values[2 * i + 1]!, tokens: nr}
      })),
      {beta, losses: [{loss: "orpo", weight: 1}]}
    );

  it("is the paper's, of the policy alone", () => {
    const {loss, chosenRewards, rejectedRewards} = of(0.3);
    expect(loss).toBeCloseTo(1.6610301213442853, 13);
    expect(loss).toBeCloseTo(orpoByHand(pairs, 0.3), 12);
    expect(chosenRewards).toEqual([0.3 * (-3 / 4), 0.3 * -2]);
    expect(rejectedRewards).toEqual([0.3 * (-9 / 7), 0.3 * -1]);
  });

  it("has the slopes it gives", () => {
    const values = pairs.flatMap(({c, r}) => [c, r]);
    const {chosen, rejected} = of(0.3);
    const found = [chosen[0], rejected[0], chosen[1], rejected[1]];
    measured(values, (moved) => of(0.3, moved).loss).forEach((slope, i) =>
      expect(found[i]).toBeCloseTo(slope, 8)
    );
  });

  it("stays a number where an answer is certain", () => {
    const {loss, chosen, rejected} = of(0.3, [0, -9, -6, 0]);
    for (const value of [loss, ...chosen, ...rejected]) expect(Number.isFinite(value)).toBe(true);
  });
});

describe("mismatched answers", () => {
  const marked = (prompt: number[], answer: number[]) => ({answer: answered(prompt, answer), good: true});
  const answerOf = ({ids, labels}: TokenExample) => ids.filter((_, i) => labels[i] !== -100);

  it("are the prompt with the answer to another prompt, drawn by the seed", () => {
    // Two answers to each prompt, one beside the other.
    const all = Array.from({length: 20}, (_, i) => marked([1, 20 + (i >> 1)], [i, 39]));
    const made = withMismatched(all, "s", 100);
    made.forEach(({answer, mismatched}, i) => {
      expect(mismatched.ids.slice(0, 2)).toEqual(answer.ids.slice(0, 2));
      expect(mismatched.labels.slice(0, 2)).toEqual([-100, -100]);
      const other = answerOf(mismatched)[0]!;
      expect(other >> 1).not.toBe(i >> 1);
    });
    expect(withMismatched(all, "s", 100)).toEqual(made);
    expect(withMismatched(all, "t", 100)).not.toEqual(made);
  });

  it("are other answers to the same prompt where there is but one, and are cut", () => {
    const made = withMismatched([marked([1], [2, 3, 4]), marked([1], [5, 6, 7])], 1, 3);
    expect(made.map(({mismatched}) => answerOf(mismatched))).toEqual([
      [5, 6],
      [2, 3]
    ]);
    const three = withMismatched([marked([1], [2]), marked([1], [3]), marked([9], [4])], 1, 9);
    expect(answerOf(three[0]!.mismatched)).toEqual([4]);
    expect(answerOf(three[1]!.mismatched)).toEqual([4]);
  });

  it("count for the memory where they are the longer rows", () => {
    const long = marked([1, 2], Array<number>(40).fill(3));
    const short = marked(Array<number>(30).fill(4), [5]);
    const data = {kind: "marked" as const, train: withMismatched([long, short], 1, 100), validation: [], kto};
    const own = {
      settings: {...settings, rows: 2},
      data,
      checkpointing: false
    } as Partial<TrainingJob> as TrainingJob;
    const lengths = largestParts(own, readConfig(tiny, "x"), 1)
      .flat()
      .map(({batch}) => batch.length);
    expect(Math.max(...lengths)).toBe(70);
  });
});

const kto = {beta: 0.5, goodWeight: 1, badWeight: 0.8};
const settings: TrainingSettings = {
  precision: "f32",
  steps: 10,
  rows: 4,
  accumulate: 2,
  rate: 3e-3,
  schedule: "constant",
  warmUp: 0,
  optimizer: {beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0},
  seed: 7,
  validateEvery: 5,
  threads: 1
};
const lora = {rank: 4, alpha: 8, rslora: false, dora: false, targets: ["q_proj", "v_proj", "down_proj"]};

/** Sums modulo 10, right and wrong ones, of one token and an end, or of two. */
const sums = Array.from({length: 30}, (_, i) => {
  const [a, b, good] = [i % 10, Math.floor(i / 3), i % 3 > 0];
  const prompt = [a + 10, (b % 10) + 20];
  return {answer: answered(prompt, [(a + b + (good ? 0 : 3)) % 10, ...(i % 2 ? [30] : []), 39]), good};
});
const markedSums = (from: number, to: number): MarkedAnswer[] => withMismatched(sums.slice(from, to), 7, 50);
const marked: TrainingJob["data"] = {
  kind: "marked",
  train: markedSums(0, 19),
  validation: markedSums(19, 30),
  kto
};
const pairsOf = (list: typeof sums) =>
  list.map(({answer: {ids}}) => ({
    chosen: answered(ids.slice(0, 2), [(ids[0]! + ids[1]!) % 10, 39]),
    rejected: answered(ids.slice(0, 2), [(ids[0]! + ids[1]! + 3) % 10, 30, 39])
  }));
const orpo: TrainingJob["data"] = {
  kind: "pairs",
  train: pairsOf(sums.slice(0, 19)),
  validation: pairsOf(sums.slice(19)),
  preference: {beta: 0.4, losses: [{loss: "orpo", weight: 1}]}
};

let base: string;
beforeAll(async () => {
  base = await checkpoint(tiny, 0.05);
});

async function job(data: TrainingJob["data"], more: Partial<TrainingSettings> = {}): Promise<TrainingJob> {
  return {
    base,
    baseName: "tiny",
    work: await temporaryFolder(),
    identity: "one",
    checkpointing: false,
    checkpointEvery: 3,
    data,
    settings: {...settings, ...more}
  };
}

const weightsOf = ({work}: TrainingJob, file = "model.safetensors") =>
  readFile(join(resultFolder(work), file));

/** Log-probability of each answer, one row at a time, under the weights of a folder. */
async function logProbabilities(folder: string, answers: readonly TokenExample[]): Promise<number[]> {
  const model = await LanguageModel.open(await oneThread(), folder);
  try {
    return answers.map((answer) => {
      const {batch, labels} = paddedRows([answer]);
      return -tokenLosses(model, batch, targetsOf(batch, labels, 1)).reduce((sum, nll) => sum + nll, 0);
    });
  } finally {
    model.free();
  }
}

/** The length of the gradient of Σ slope · log p of rows, under the base. */
async function normOf(rows: readonly TokenExample[], slopes: readonly number[]): Promise<number> {
  const backend = await oneThread();
  const model = await LanguageModel.open(backend, base);
  const trainable = new Trainable(backend, model.storage, model.storage.names());
  const workspace = new GraphMemory(backend);
  const {batch, labels} = paddedRows(rows);
  tokenLosses(
    model,
    batch,
    targetsOf(batch, labels, (row) => -slopes[row]!),
    {gradients: true}
  );
  const norm = gradientNorm(workspace, trainable);
  workspace.free();
  trainable.free();
  model.free();
  return norm;
}

describe("a training on marked answers", () => {
  it("begins at half the weights, with the gradient of the formula, and learns", async () => {
    const all = await job(marked, {rows: 19, accumulate: 1, steps: 25, validateEvery: undefined});
    const outcome = await train(all);
    const {train: learned} = marked as Extract<TrainingJob["data"], {kind: "marked"}>;
    const weights = learned.map(({good}) => (good ? kto.goodWeight : kto.badWeight));
    expect(outcome.curve[0]!.loss).toBeCloseTo(average(weights) / 2, 6);
    const norm = await normOf(
      learned.map(({answer}) => answer),
      learned.map(({good}, i) => ((good ? -1 : 1) * weights[i]! * kto.beta) / 4 / learned.length)
    );
    expect(outcome.curve[0]!.norm / norm).toBeCloseTo(1, 4);
    expect(outcome.before).toMatchObject({step: 0, accuracy: 0});
    expect(outcome.curve.at(-1)!.loss).toBeLessThan(outcome.curve[0]!.loss - 0.03);
  });

  it("validates by the formula: reference point and answers of the whole part", async () => {
    const own = await job(marked, {steps: 20, validateEvery: 20});
    const {validations} = await train(own);
    const {validation} = marked as Extract<TrainingJob["data"], {kind: "marked"}>;
    const ratios = async (answers: readonly TokenExample[]) => {
      const before = await logProbabilities(base, answers);
      return (await logProbabilities(resultFolder(own.work), answers)).map((own, i) => own - before[i]!);
    };
    const [found, others] = [
      await ratios(validation.map(({answer}) => answer)),
      await ratios(validation.map(({mismatched}) => mismatched))
    ];
    const marks = validation.map(({good}) => good);
    const kl = Math.max(0, average(others));
    expect(Math.max(...found.map(Math.abs))).toBeGreaterThan(0.1);
    expect(validations[0]!.loss).toBeCloseTo(ktoByHand(found, marks, others, kto), 5);
    expect(validations[0]!.accuracy).toBeCloseTo(
      average(found.map((ratio, i) => Number(marks[i] ? ratio > kl : ratio < kl))),
      12
    );
  });
});

describe("a training on pairs by ORPO", () => {
  it("begins at the paper's loss and gradient, without a reference, and learns", async () => {
    const all = await job(orpo, {rows: 19, accumulate: 1, steps: 25, validateEvery: undefined});
    const outcome = await train(all);
    const {train: learned} = orpo as Extract<TrainingJob["data"], {kind: "pairs"}>;
    const [chosen, rejected] = [learned.map((one) => one.chosen), learned.map((one) => one.rejected)];
    const logs = [await logProbabilities(base, chosen), await logProbabilities(base, rejected)].flat();
    const loss = (values: readonly number[]) =>
      orpoByHand(
        learned.map((_, i) => ({c: values[i]!, nc: 2, r: values[19 + i]!, nr: 3})),
        0.4
      );
    expect(outcome.curve[0]!.loss).toBeCloseTo(loss(logs), 5);
    const norm = await normOf([...chosen, ...rejected], measured(logs, loss));
    expect(outcome.curve[0]!.norm / norm).toBeCloseTo(1, 3);
    expect(outcome.curve.at(-1)!.loss).toBeLessThan(outcome.curve[0]!.loss - 0.5);
  });
});

describe.each([
  ["marked answers", marked],
  ["pairs by ORPO", orpo]
])("a training on %s", (_, data) => {
  it.each([
    ["all weights", undefined, "model.safetensors"],
    ["an adapter", lora, "adapter_model.safetensors"]
  ])("of %s stopped and begun again gives the bytes of an undisturbed one", async (_of, adapter, file) => {
    const whole = await job(data, {adapter});
    const undisturbed = await train(whole);
    const broken = await job(data, {adapter});
    const statuses = [];
    for (let part = 0; part < 6 && statuses.at(-1) !== "finished"; part++) {
      let own = 0;
      const outcome = await train(broken, {onProgress: () => own++, stopped: () => own >= 4});
      statuses.push(outcome.status);
      if (outcome.status === "finished") {
        expect(outcome.curve).toEqual(undisturbed.curve);
        expect(outcome.validations).toEqual(undisturbed.validations);
      }
    }
    expect(statuses).toEqual(["stopped", "stopped", "finished"]);
    expect(await weightsOf(broken, file)).toEqual(await weightsOf(whole, file));
    const other = await job(data, {adapter, seed: 8});
    await train(other);
    expect(await weightsOf(other, file)).not.toEqual(await weightsOf(whole, file));
  });

  it("on as many threads as are free, with layers computed again, gives the same bytes as on one", async () => {
    const one = await job(data, {steps: 3});
    await train(one);
    const free = {...(await job(data, {steps: 3, threads: undefined})), checkpointing: true};
    await train(free);
    expect(await weightsOf(free)).toEqual(await weightsOf(one));
  });
});

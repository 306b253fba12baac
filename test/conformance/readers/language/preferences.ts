import {
  ActiveAdapter,
  adamWStep,
  type Batch,
  clipFactor,
  gradientNorm,
  type LanguageModel,
  learningRate,
  preferenceLoss,
  type PreferenceLoss,
  preferenceLosses,
  readAdapter,
  targetsOf,
  tokenLosses,
  Trainable
} from "../../../../src/training/trainer/index.js";
import {type Figure, expected as publishedAt, type Reader, type ValueFigure} from "../../figure.js";
import {has, type Item, type JsonObject} from "../../item.js";
import {openCheckpoint, readTensorFloats} from "../../../../src/weights/safetensors/index.js";
import {
  batchIn,
  distance,
  Expected,
  metaOf,
  namesModel,
  openModel,
  relativeDistance,
  type Rows,
  within
} from "./case.js";

interface Pair {
  prompt_ids: number[];
  chosen_ids: number[];
  rejected_ids: number[];
}

interface Inputs {
  batch: Rows & {completion_mask: number[][]};
  train: {
    batches: Pair[][];
    lr: number;
    warmup_steps: number;
    total_steps: number;
    beta: number;
    betas: [number, number];
    eps: number;
    weight_decay: number;
    max_grad_norm: number;
  };
}

/** What a published loss was computed with, as it stands beside its figures; undefined for a loss that we do not have. */
function settingsOf(options: JsonObject): Parameters<typeof preferenceLoss>[1] | undefined {
  const {loss: names, beta, weights = [], label_smoothing: labelSmoothing} = options as unknown as Options;
  const losses = [names].flat().map((loss, i) => ({loss: loss as PreferenceLoss, weight: weights[i] ?? 1}));
  return losses.every(({loss}) => preferenceLosses.includes(loss))
    ? {losses, beta, labelSmoothing}
    : undefined;
}

interface Options {
  loss: string | string[];
  beta: number;
  weights?: number[];
  label_smoothing?: number;
}

/** Preference training (DPO and its relatives): losses, log-probabilities, rewards, gradients, optimiser steps. */
export const languagePreferences: Reader = {
  kind: "language model preferences",
  matches: (item) =>
    namesModel(item, "inputs.json", "expected.safetensors") &&
    has(item.json("inputs.json"), "batch", "train"),
  notReproduced: [
    {path: /\/trl_metrics\//, why: "figures of TRL's own log, not of the loss"},
    {path: /\/options\//, why: "settings, not figures"}
  ],
  async figures(item) {
    const {batch: rows, train} = item.json("inputs.json") as Inputs;
    const tolerance = metaOf(item).tolerance as Record<string, number>;
    const expected = await Expected.open(item);
    const figures: Figure[] = [];
    const batch = batchIn(rows);
    const labels = rows.input_ids.map((row, r) =>
      row.map((id, i) => (rows.completion_mask[r]![i] === 1 ? id : -100))
    );
    const model = await openModel(item);
    try {
      const reference = sums(model, batch, labels);
      const options = item.options();
      const lossesOf = (storage: LanguageModel["storage"], kind: "lora" | "full") =>
        losses(expected, model, {storage, kind}, {batch, labels, reference, options}, tolerance);
      if (item.holds("adapter")) {
        const adapter = new ActiveAdapter(model, await readAdapter(item.path("adapter")));
        figures.push(...(await lossesOf(adapter.storage, "lora")));
        adapter.free();
      }
      if (item.holds("adapter_init")) figures.push(...(await steps(item, model, train, tolerance)));
      if (item.holds("policy_full.safetensors")) {
        const policy = await openCheckpoint(item.path("policy_full.safetensors"));
        for (const name of model.storage.names())
          model.storage.write(name, await readTensorFloats(policy.tensors.get(name)!));
        figures.push(...(await lossesOf(model.storage, "full")));
      }
    } finally {
      model.free();
    }
    return figures;
  }
};

interface Sums {
  logps: number[];
  tokens: number[];
}

/** Log-probability of each row's completion. */
function sums(model: LanguageModel, batch: Batch, labels: number[][]): Sums {
  const targets = targetsOf(batch, labels, 1);
  const nll = tokenLosses(model, batch, targets);
  const logps = labels.map(() => 0);
  const tokens = labels.map(() => 0);
  targets.places.forEach((place, i) => {
    const row = Math.floor(place / batch.length);
    logps[row]! -= nll[i]!;
    tokens[row]!++;
  });
  return {logps, tokens};
}

function pairsOf(policy: Sums, reference: Sums) {
  const half = policy.logps.length / 2;
  const scored = (row: number) => ({
    policy: policy.logps[row]!,
    reference: reference.logps[row]!,
    tokens: policy.tokens[row]!
  });
  return Array.from({length: half}, (_, i) => ({chosen: scored(i), rejected: scored(half + i)}));
}

/** The policy's answers and what they are held against. */
interface Compared {
  batch: Batch;
  labels: number[][];
  reference: Sums;
  options: ReadonlyMap<string, JsonObject>;
}

async function losses(
  expected: Expected,
  model: LanguageModel,
  {storage, kind}: {storage: LanguageModel["storage"]; kind: "lora" | "full"},
  {batch, labels, reference, options}: Compared,
  tolerance: Record<string, number>
): Promise<ValueFigure[]> {
  const figures: ValueFigure[] = [];
  const policy = sums(model, batch, labels);
  const half = policy.logps.length / 2;
  const trainable = new Trainable(model.backend, storage, storage.names());
  for (const [name, own] of options) {
    const settings = settingsOf(own);
    if (!settings) continue;
    const result = preferenceLoss(pairsOf(policy, reference), settings);
    const add = (key: string, ours: number | number[], most: number) =>
      figures.push({
        name: `${name} ${kind} ${key}`,
        ours,
        published: publishedAt(name, kind, key),
        tolerance: most
      });
    add("loss", result.loss, tolerance.loss_atol!);
    add("policy_chosen_logps", policy.logps.slice(0, half), tolerance.logps_atol!);
    add("policy_rejected_logps", policy.logps.slice(half), tolerance.logps_atol!);
    add("ref_chosen_logps", reference.logps.slice(0, half), tolerance.logps_atol!);
    add("ref_rejected_logps", reference.logps.slice(half), tolerance.logps_atol!);
    add("chosen_rewards", result.chosenRewards, tolerance.logps_atol!);
    add("rejected_rewards", result.rejectedRewards, tolerance.logps_atol!);
    const prefix = `${name}.${kind}.grad.`;
    const names = expected.names().filter((each) => each.startsWith(prefix));
    if (names.length === 0) continue;
    trainable.clearGradients();
    learn(model, batch, labels, result);
    let worst = 0;
    for (const each of names) {
      const weight = each.slice(prefix.length).replace(/^base_model\.model\./, "");
      worst = Math.max(worst, relativeDistance(trainable.gradientOf(weight), await expected.floats(each)));
    }
    figures.push(within(`${name} ${kind} gradients`, worst, "grad_rel"));
  }
  trainable.free();
  return figures;
}

function learn(
  model: LanguageModel,
  batch: Batch,
  labels: number[][],
  slopes: {chosen: number[]; rejected: number[]}
): void {
  // The loss counts −log p, the slopes are by log p.
  const bySlope = [...slopes.chosen, ...slopes.rejected].map((slope) => -slope);
  tokenLosses(
    model,
    batch,
    targetsOf(batch, labels, (row) => bySlope[row]!),
    {gradients: true}
  );
}

async function steps(
  item: Item,
  model: LanguageModel,
  train: Inputs["train"],
  tolerance: Record<string, number>
): Promise<ValueFigure[]> {
  const figures: ValueFigure[] = [];
  const adapter = new ActiveAdapter(model, await readAdapter(item.path("adapter_init")));
  const trainable = new Trainable(model.backend, adapter.storage, adapter.storage.names());
  const relative = (key: string, i: number, ours: number, most: number): ValueFigure => ({
    name: `step ${i} ${key}`,
    ours,
    published: publishedAt("train", "steps", i, key),
    agrees: ([own], [their]) => Math.abs(own! - their!) <= most * Math.abs(their!)
  });
  for (const [i, pairs] of train.batches.entries()) {
    const {batch, labels} = preferenceRows(pairs);
    adapter.off();
    const reference = sums(model, batch, labels);
    adapter.on();
    const result = preferenceLoss(pairsOf(sums(model, batch, labels), reference), {
      beta: train.beta,
      losses: [{loss: "sigmoid", weight: 1}]
    });
    trainable.clearGradients();
    learn(model, batch, labels, result);
    const norm = gradientNorm(model.workspace, trainable);
    const rate = learningRate("cosine", train.lr, train.warmup_steps, train.total_steps, i);
    adamWStep(
      model.workspace,
      trainable,
      {beta1: train.betas[0], beta2: train.betas[1], eps: train.eps, weightDecay: train.weight_decay},
      {step: i + 1, rate, factor: clipFactor(norm, train.max_grad_norm)}
    );
    const margins = result.chosenRewards.map((reward, p) => reward - result.rejectedRewards[p]!);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    figures.push(
      {
        name: `step ${i} loss`,
        ours: result.loss,
        published: publishedAt("train", "steps", i, "loss"),
        tolerance: tolerance.train_loss_atol
      },
      relative("grad_norm", i, norm, tolerance.train_grad_norm_rel!),
      relative("lr", i, rate, 1e-12),
      {
        name: `step ${i} reward margin`,
        ours: mean(margins),
        published: publishedAt("train", "steps", i, "reward_margin"),
        tolerance: tolerance.logps_atol
      },
      {
        name: `step ${i} reward accuracy`,
        ours: mean(margins.map((margin) => (margin > 0 ? 1 : 0))),
        published: publishedAt("train", "steps", i, "reward_accuracy")
      }
    );
  }
  const final = await Expected.open(item, "adapter_final/adapter_model.safetensors");
  const ours = adapter.tensors();
  let worst = 0;
  for (const name of final.names())
    worst = Math.max(
      worst,
      distance(ours.get(name.replace(/^base_model\.model\./, ""))!.data, await final.floats(name))
    );
  figures.push(within("final weights", worst, "train_final_weight_atol"));
  trainable.free();
  adapter.free();
  return figures;
}

/** Chosen answers first, then rejected ones, padded on the right. */
function preferenceRows(pairs: Pair[]) {
  const rows = [
    ...pairs.map(({prompt_ids: prompt, chosen_ids: answer}) => ({prompt, answer})),
    ...pairs.map(({prompt_ids: prompt, rejected_ids: answer}) => ({prompt, answer}))
  ];
  const length = Math.max(...rows.map(({prompt, answer}) => prompt.length + answer.length));
  const padded = (row: number[], value: number) => [
    ...row,
    ...Array.from({length: length - row.length}, () => value)
  ];
  return {
    batch: batchIn({
      input_ids: rows.map(({prompt, answer}) => padded([...prompt, ...answer], 0)),
      attention_mask: rows.map(({prompt, answer}) =>
        padded(
          [...prompt, ...answer].map(() => 1),
          0
        )
      )
    }),
    labels: rows.map(({prompt, answer}) => padded([...prompt.map(() => -100), ...answer], -100))
  };
}

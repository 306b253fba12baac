import type {Backend, Storage} from "../../ggml/index.js";
import {ActiveAdapter, newAdapter} from "../adapters.js";
import type {AdapterFiles} from "../adapterFiles.js";
import {LanguageModel} from "../model.js";
import {openCheckpoint, readTensorFloats} from "../../safetensors/index.js";
import {type BatchPlan, microBatch, planBatches} from "./batches.js";
import type {Pair, StepRecord, TrainingJob, ValidationRecord} from "./job.js";
import {Lanes, partsOf} from "./lanes.js";
import {tokenLosses} from "./loss.js";
import {adamWStep, clipFactor, gradientNorm} from "./optimizer.js";
import {preferenceLoss, type PreferenceSettings, type Scored} from "./preference.js";
import {type LabelledBatch, paddedRows} from "./rows.js";
import {learningRate} from "./schedule.js";
import {targetsOf} from "./targets.js";
import {Trainable} from "./trainable.js";

interface TrainedParts {
  adapter: ActiveAdapter | undefined;
  trainable: Trainable;
  lanes: Lanes;
  /** What preferences are measured from, when all weights are trained. */
  reference: LanguageModel | undefined;
}

/** A model being trained: it does one step at a time and can be validated between steps. */
export class TrainingSession {
  readonly plan: BatchPlan;
  readonly adapter: ActiveAdapter | undefined;
  readonly trainable: Trainable;
  private readonly lanes: Lanes;
  private readonly reference: LanguageModel | undefined;

  private constructor(
    readonly job: TrainingJob,
    readonly model: LanguageModel,
    {adapter, trainable, lanes, reference}: TrainedParts
  ) {
    this.adapter = adapter;
    this.trainable = trainable;
    this.lanes = lanes;
    this.reference = reference;
    this.plan = planBatches(lengthsOf(job), job.settings);
  }

  static async open(job: TrainingJob, backend: Backend): Promise<TrainingSession> {
    const {adapter: wanted, precision, seed} = job.settings;
    const model = await LanguageModel.open(backend, job.base, {precision: wanted ? precision : "f32"});
    let adapter: ActiveAdapter | undefined;
    if (wanted) {
      const {tensors} = await openCheckpoint(job.base);
      const base = new Map<string, Float32Array>();
      if (wanted.dora)
        for (const [name, tensor] of tensors)
          if (tensor.shape.length === 2) base.set(name, await readTensorFloats(tensor));
      const created = newAdapter(model.config, wanted, seed, (name) => base.get(name)!);
      adapter = new ActiveAdapter(model, {config: configOf(wanted), json: {}, tensors: created});
    }
    const trained: Storage = adapter?.storage ?? model.storage;
    // As the reference trainer: norms and biases are not pulled towards zero.
    const trainable = new Trainable(
      backend,
      trained,
      trained.names(),
      (name) => !name.endsWith(".bias") && !name.includes("norm.weight") && !name.includes("magnitude")
    );
    const reference =
      job.data.kind === "pairs" && !adapter ? await LanguageModel.open(backend, job.base) : undefined;
    const lanes = await Lanes.open(model, trainable);
    return new TrainingSession(job, model, {adapter, trainable, lanes, reference});
  }

  /** Step `index` from 0: gradients of its micro-batches, clipping, AdamW. `pause` is awaited between micro-batches. */
  async step(index: number, pause: () => Promise<void>): Promise<StepRecord> {
    const {settings, data} = this.job;
    this.trainable.clearGradients();
    const micro = this.plan.step(index);
    const {loss, tokens} =
      data.kind === "examples"
        ? await this.learn(index, micro, pause)
        : await this.prefer(micro, data.preference, pause);
    const norm = gradientNorm(this.model.workspace, this.trainable);
    const rate = learningRate(settings.schedule, settings.rate, settings.warmUp, settings.steps, index);
    if (Number.isFinite(loss) && Number.isFinite(norm))
      adamWStep(this.model.workspace, this.trainable, settings.optimizer, {
        step: index + 1,
        rate,
        factor: clipFactor(norm, settings.clip)
      });
    return {step: index + 1, loss, rate, norm, tokens};
  }

  private async learn(index: number, micro: number[][][], pause: () => Promise<void>) {
    const {
      settings: {packed, dropout, seed},
      checkpointing
    } = this.job;
    const {train} = this.job.data as Extract<TrainingJob["data"], {kind: "examples"}>;
    const batches = micro.map((rows) =>
      partsOf(rows, this.lanes.count).map((part) => microBatch(train, part, packed !== undefined))
    );
    const count = batches
      .flat()
      .reduce((sum, {batch, labels}) => sum + targetsOf(batch, labels, 1).tokens.length, 0);
    let loss = 0;
    let tokens = 0;
    for (const [i, parts] of batches.entries()) {
      const options = (part: number) => ({
        gradients: true,
        checkpointing,
        dropout: dropout ? {share: dropout, seed: [seed, index, i, part]} : undefined
      });
      for (const losses of await this.lanes.losses(parts, 1 / count, options))
        for (const nll of losses) loss += nll / count;
      for (const part of parts) tokens += tokensOf(part);
      await pause();
    }
    return {loss, tokens};
  }

  private async prefer(micro: number[][][], preference: PreferenceSettings, pause: () => Promise<void>) {
    const {train} = this.job.data as Extract<TrainingJob["data"], {kind: "pairs"}>;
    const total = micro.flat(2).length;
    let loss = 0;
    let tokens = 0;
    for (const rows of micro) {
      const own = rows.flat().map((i) => train[i]!);
      const labelled = pairRows(own);
      const result = this.compare(labelled, preference);
      const share = own.length / total;
      loss += result.loss * share;
      const slopes = [...result.chosen, ...result.rejected].map((slope) => -slope * share);
      tokenLosses(
        this.model,
        labelled.batch,
        targetsOf(labelled.batch, labelled.labels, (row) => slopes[row]!),
        {gradients: true, checkpointing: this.job.checkpointing}
      );
      tokens += tokensOf(labelled);
      await pause();
    }
    return {loss, tokens};
  }

  /** The preference loss of pairs under the model as it is now. */
  private compare(labelled: LabelledBatch, preference: PreferenceSettings) {
    let reference: Scores;
    if (this.reference) reference = scores(this.reference, labelled);
    else {
      this.adapter!.off();
      reference = scores(this.model, labelled);
      this.adapter!.on();
    }
    const policy = scores(this.model, labelled);
    const half = policy.sums.length / 2;
    const scored = (row: number): Scored => ({
      policy: policy.sums[row]!,
      reference: reference.sums[row]!,
      tokens: policy.tokens[row]!
    });
    return preferenceLoss(
      Array.from({length: half}, (_, i) => ({chosen: scored(i), rejected: scored(half + i)})),
      preference
    );
  }

  /** The loss of the validation part; undefined when there is none. */
  async validate(step: number, pause: () => Promise<void>): Promise<ValidationRecord | undefined> {
    const {data, settings} = this.job;
    if (data.validation.length === 0) return undefined;
    let sum = 0;
    let count = 0;
    let right = 0;
    for (let from = 0; from < data.validation.length; from += settings.rows) {
      if (data.kind === "examples") {
        const {batch, labels} = paddedRows(data.validation.slice(from, from + settings.rows));
        const losses = tokenLosses(this.model, batch, targetsOf(batch, labels, 1));
        for (const nll of losses) sum += nll;
        count += losses.length;
      } else {
        const own = data.validation.slice(from, from + settings.rows);
        const result = this.compare(pairRows(own), data.preference);
        sum += result.loss * own.length;
        count += own.length;
        right += result.chosenRewards.filter((reward, i) => reward > result.rejectedRewards[i]!).length;
      }
      await pause();
    }
    if (count === 0) return undefined;
    return {step, loss: sum / count, accuracy: data.kind === "pairs" ? right / count : undefined};
  }

  free(): void {
    this.lanes.free();
    this.trainable.free();
    this.adapter?.free();
    this.reference?.free();
    this.model.free();
  }
}

interface Scores {
  sums: number[];
  tokens: number[];
}

/** Log-probability of each row's learned tokens, and how many there are. */
function scores(model: LanguageModel, {batch, labels}: LabelledBatch): Scores {
  const targets = targetsOf(batch, labels, 1);
  const losses = tokenLosses(model, batch, targets);
  const found: Scores = {sums: labels.map(() => 0), tokens: labels.map(() => 0)};
  targets.places.forEach((place, i) => {
    const row = Math.floor(place / batch.length);
    found.sums[row]! -= losses[i]!;
    found.tokens[row]!++;
  });
  return found;
}

/** Better answers first, then the worse ones. */
export function pairRows(pairs: readonly Pair[]): LabelledBatch {
  return paddedRows([...pairs.map(({chosen}) => chosen), ...pairs.map(({rejected}) => rejected)]);
}

/** Tokens of each thing to learn, which decide what shares a row. */
export function lengthsOf({data}: TrainingJob): number[] {
  return data.kind === "examples"
    ? data.train.map(({ids}) => ids.length)
    : data.train.map(({chosen, rejected}) => chosen.ids.length + rejected.ids.length);
}

function tokensOf({batch}: LabelledBatch): number {
  return batch.documents.reduce((sum, document) => sum + (document > 0 ? 1 : 0), 0);
}

function configOf({rank, alpha, rslora, dora}: NonNullable<TrainingJob["settings"]["adapter"]>) {
  const config: AdapterFiles["config"] = {
    r: rank,
    alpha,
    rslora,
    fanInFanOut: false,
    useDora: dora,
    rankPattern: [],
    alphaPattern: []
  };
  return config;
}

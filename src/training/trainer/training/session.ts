import type {Backend, Storage} from "../../../weights/ggml/index.js";
import {ActiveAdapter, adapterConfig, newAdapter} from "../adapters.js";
import {LanguageModel} from "../model.js";
import {openCheckpoint, readTensorFloats} from "../../../weights/safetensors/index.js";
import {type BatchPlan, microBatch, planBatches} from "./batches.js";
import {PolicyScoring} from "./policyScoring.js";
import {hasReference, type StepRecord, type TrainingJob, type ValidationRecord} from "./job.js";
import {AnswerComparison} from "./answerComparison.js";
import {Lanes, partsOf} from "./lanes.js";
import {adamWStep, clipFactor, gradientNorm} from "./optimizer.js";
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
  private readonly scoring: PolicyScoring;

  private constructor(
    readonly job: TrainingJob,
    readonly model: LanguageModel,
    {adapter, trainable, lanes, reference}: TrainedParts
  ) {
    this.adapter = adapter;
    this.trainable = trainable;
    this.lanes = lanes;
    this.scoring = new PolicyScoring(lanes, adapter, reference);
    this.plan = planBatches(lengthsOf(job), job.settings);
  }

  static async open(job: TrainingJob, backend: Backend): Promise<TrainingSession> {
    const {adapter: wanted, precision, seed} = job.settings;
    const model = await LanguageModel.open(backend, job.base, {precision: wanted ? precision : "f32"});
    let adapter: ActiveAdapter | undefined;
    if (wanted) {
      const {tensors} = await openCheckpoint(job.base);
      const created = await newAdapter(model.config, wanted, seed, (name) =>
        readTensorFloats(tensors.get(name)!)
      );
      adapter = new ActiveAdapter(model, {config: adapterConfig(wanted), json: {}, tensors: created});
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
      hasReference(job.data) && !adapter ? await LanguageModel.open(backend, job.base) : undefined;
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
        : await this.compare(new AnswerComparison(data, this.scoring), micro, pause);
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
    const targets = batches.map((parts) =>
      parts.map(({batch, labels, soft}) => targetsOf(batch, labels, 1, soft))
    );
    // Of soft labels the shares of a token sum to 1, but for rounding.
    const count = Math.round(
      targets.flat().reduce((sum, {weights}) => weights.reduce((own, weight) => own + weight, sum), 0)
    );
    let loss = targets.flat().reduce((sum, {constant}) => sum + constant, 0) / (count || 1);
    let tokens = 0;
    for (const [i, parts] of batches.entries()) {
      const options = (part: number) => ({
        weight: 1 / count,
        gradients: true,
        checkpointing,
        dropout: dropout ? {share: dropout, seed: [seed, index, i, part]} : undefined
      });
      for (const [part, losses] of (await this.lanes.losses(parts, options)).entries())
        losses.forEach((nll, at) => (loss += (nll * targets[i]![part]!.weights[at]!) / count));
      for (const part of parts) tokens += tokensOf(part);
      await pause();
    }
    return {loss, tokens};
  }

  private async compare(comparison: AnswerComparison, micro: number[][][], pause: () => Promise<void>) {
    const total = micro.flat(2).length;
    let loss = 0;
    let tokens = 0;
    for (const rows of micro) {
      const items = partsOf(rows, this.lanes.count).map((part) => part.flat());
      const result = await comparison.learn(items);
      const share = items.flat().length / total;
      loss += result.loss * share;
      const slopes = result.slopes.map((own) => own.map((slope) => -slope * share));
      await this.lanes.losses(result.parts, (part) => ({
        weight: (row) => slopes[part]![row]!,
        gradients: true,
        checkpointing: this.job.checkpointing
      }));
      for (const part of result.parts) tokens += tokensOf(part);
      await pause();
    }
    return {loss, tokens};
  }

  /** The loss of the validation part; undefined when there is none. */
  async validate(step: number, pause: () => Promise<void>): Promise<ValidationRecord | undefined> {
    const {data, settings} = this.job;
    if (data.validation.length === 0) return undefined;
    if (data.kind !== "examples") {
      const found = await new AnswerComparison(data, this.scoring).check(
        settings.rows,
        this.lanes.count,
        pause
      );
      return {step, ...found};
    }
    let sum = 0;
    let count = 0;
    for (let from = 0; from < data.validation.length; from += settings.rows) {
      const own = data.validation.slice(from, from + settings.rows);
      const parts = partsOf(own, this.lanes.count).map((part) => paddedRows(part));
      for (const losses of await this.lanes.losses(parts, () => ({weight: 1}))) {
        for (const nll of losses) sum += nll;
        count += losses.length;
      }
      await pause();
    }
    if (count === 0) return undefined;
    return {step, loss: sum / count, accuracy: undefined};
  }

  free(): void {
    this.lanes.free();
    this.trainable.free();
    this.adapter?.free();
    this.scoring.free();
    this.model.free();
  }
}

/** Tokens of each thing to learn, which decide what shares a row. */
export function lengthsOf({data}: TrainingJob): number[] {
  switch (data.kind) {
    case "examples":
      return data.train.map(({ids}) => ids.length);
    case "pairs":
      return data.train.map(({chosen, rejected}) => chosen.ids.length + rejected.ids.length);
    case "marked":
      return data.train.map(({answer}) => answer.ids.length);
  }
}

function tokensOf({batch}: LabelledBatch): number {
  return batch.documents.reduce((sum, document) => sum + (document > 0 ? 1 : 0), 0);
}

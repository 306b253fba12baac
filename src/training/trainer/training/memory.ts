import {Storage} from "../../../weights/ggml/index.js";
import type {Backend} from "../../../weights/ggml/index.js";
import {UserError} from "../../../base/validation/errors.js";
import type {LanguageConfig} from "../config.js";
import {plannedWeights} from "../loadWeights.js";
import {LanguageModel} from "../model.js";
import {targetModules} from "../adapters.js";
import {weightPlan} from "../weightNames.js";
import {lanesOf} from "./lanes.js";
import {lossBytes} from "./loss.js";
import type {TrainingJob, TrainingSettings} from "./job.js";
import type {LanePart} from "./largest.js";
import {Trainable} from "./trainable.js";

/** What Node, the library and copies on their way take beside the tensors. */
const BESIDE = 200e6;
/** Bytes a value of the tensor on its way into the library takes: as stored, as a float, and as it is kept. */
const LOADING = 4 + 4 + 2;

/**
 * What a training will take, loading or in its largest steps, planned by the library on tensors without memory.
 * `largest`: for each lane, when there are so many, parts of which one takes the most.
 */
export function predictMemory(
  backend: Backend,
  config: LanguageConfig,
  {adapter, precision, dropout, seed}: Pick<TrainingSettings, "adapter" | "precision" | "dropout" | "seed">,
  largest: (lanes: number) => readonly (readonly LanePart[])[],
  {checkpointing, reference}: {checkpointing: boolean; reference: boolean}
): number {
  const without = {allocate: false};
  const storage = new Storage(backend, plannedWeights(config, adapter ? precision : "f32"), without);
  const model = new LanguageModel(backend, config, storage);
  const modules = adapter ? targetModules(config, adapter.targets) : [];
  const own = adapter
    ? new Storage(
        backend,
        modules.flatMap(({path, out, in: width}) => [
          {name: `${path}.a`, shape: [width, adapter.rank]},
          {name: `${path}.b`, shape: [adapter.rank, out]},
          ...(adapter.dora ? [{name: `${path}.m`, shape: [out]}] : [])
        ]),
        without
      )
    : undefined;
  const trained = own ?? storage;
  const trainable = new Trainable(backend, trained, trained.names(), undefined, without);
  try {
    if (own)
      for (const {path} of modules)
        model.adapters.set(path, {
          scale: 1,
          a: own.get(`${path}.a`),
          b: own.get(`${path}.b`),
          magnitude: own.find(`${path}.m`)
        });
    const options = {
      gradients: true,
      checkpointing,
      dropout: dropout ? {share: dropout, seed: [seed]} : undefined
    };
    const lanes = largest(lanesOf(trainable)).map((parts) =>
      Math.max(...parts.map(({batch, targets}) => lossBytes(model, batch, targets, options)))
    );
    const graphs = lanes.reduce((sum, bytes) => sum + bytes, 0);
    const trainedBytes = trained.tensorBytes;
    const copy = reference && !adapter ? trainedBytes : 0;
    // Each plan counts the weights, which the lanes share, and gradients, which they do not.
    const shared = (lanes.length - 1) * (storage.tensorBytes + (own?.tensorBytes ?? 0));
    // An adapter's first values stay beside those that are trained.
    const step = graphs - shared + 2 * trainedBytes + copy + (own?.tensorBytes ?? 0);
    const before = copy > 0 ? 3 * trainedBytes + copy : 0;
    const loading = storage.tensorBytes + before + LOADING * largestTensor(config);
    return Math.max(step, loading) + BESIDE;
  } finally {
    trainable.free();
    own?.free();
    model.free();
  }
}

/** Values of the largest tensor: weights are read one at a time, for DoRA's magnitudes, too. */
function largestTensor(config: LanguageConfig): number {
  return Math.max(...weightPlan(config).map(({shape}) => shape.reduce((product, size) => product * size, 1)));
}

/** Says with the numbers and what makes a training smaller that it needs more than there is; undefined when it does not. */
export function tooLarge(
  predicted: number,
  available: number,
  {settings: {adapter, precision}, checkpointing, initial}: SizedJob
): string | undefined {
  if (predicted <= available) return undefined;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const smaller = [
    ...(checkpointing ? [] : ["`checkpointing: true`"]),
    ...(adapter
      ? precision === "q8_0"
        ? []
        : ['`precision: "q8_0"`']
      : [initial ? "a smaller model" : '`method: "lora"`']),
    "a smaller `rows` (with a larger `accumulate`)",
    "a shorter `length`"
  ];
  return `This training needs about ${gigabytes(predicted)} of memory, and ${gigabytes(available)} are available. Use ${smaller.join(", ")}; or --force to begin all the same.`;
}

type SizedJob = Pick<TrainingJob, "checkpointing" | "initial"> & {
  settings: Pick<TrainingSettings, "adapter" | "precision">;
};

/** Throws when a training needs more memory than there is. */
export function refuseTooLarge(predicted: number, available: number, job: SizedJob): void {
  const reason = tooLarge(predicted, available, job);
  if (reason !== undefined) throw new UserError(reason);
}

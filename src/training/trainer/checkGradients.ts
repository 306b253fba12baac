import {type Backend, installCommand, Storage} from "../../weights/ggml/index.js";
import {UserError} from "../../base/validation/errors.js";
import {batchOf} from "./batch.js";
import {readConfig} from "./config.js";
import {initialWeights} from "./initialWeights.js";
import {plannedWeights} from "./loadWeights.js";
import {LanguageModel} from "./model.js";
import {tokenLosses} from "./training/loss.js";
import {targetsOf} from "./training/targets.js";
import {Trainable} from "./training/trainable.js";

const TINY = {
  model_type: "qwen3",
  vocab_size: 64,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  head_dim: 16,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true
};

/**
 * The slope along the gradient, from the gradients and from two forward passes: they agree where the library's
 * backward operators are right. Takes some ten milliseconds.
 */
export function gradientSlopes(backend: Backend): {computed: number; measured: number} {
  const config = readConfig(TINY, "gradient check");
  const storage = new Storage(backend, plannedWeights(config, "f32"));
  const model = new LanguageModel(backend, config, storage);
  try {
    for (const {name, data} of initialWeights(config, "gradient check", 0.2)) storage.write(name, data);
    const trainable = new Trainable(backend, storage, storage.names());
    const ids = [3, 17, 42, 5, 60, 17, 9, 31];
    const batch = batchOf([ids, ids.map((id) => (id * 7) % 64)]);
    const targets = targetsOf(batch, [ids, ids.map((id) => (id * 7) % 64)], 1);
    const loss = () => tokenLosses(model, batch, targets).reduce((sum, value) => sum + value, 0);
    tokenLosses(model, batch, targets, {gradients: true});
    const found = slopesAlong(storage, trainable, loss, 1e-2);
    trainable.free();
    return found;
  } finally {
    model.free();
  }
}

/** Refuses a library whose gradients are wrong: it would train without an error, to no good. */
export function checkGradients(backend: Backend): void {
  const {computed, measured} = gradientSlopes(backend);
  if (Math.abs(computed - measured) <= 0.01 * Math.abs(measured)) return;
  throw new UserError(
    `The library's gradients are wrong on this machine: slope ${computed.toPrecision(4)} computed, ${measured.toPrecision(4)} measured. Run \`${installCommand()}\`; if that is what is installed, this processor is not supported.`
  );
}

/**
 * The slope of a loss along the gradient that stored weights have: as computed, which is its length, and as measured by two
 * forward passes, `step` to either side. The weights are as before.
 */
export function slopesAlong(
  storage: Storage,
  trainable: Trainable,
  loss: () => number,
  step: number
): {computed: number; measured: number} {
  const names = storage.names();
  const gradients = names.map((name) => trainable.gradientOf(name));
  const weights = names.map((name) => storage.read(name));
  const computed = Math.hypot(...gradients.map((values) => Math.hypot(...values)));
  const at = (distance: number) => {
    names.forEach((name, n) =>
      storage.write(
        name,
        weights[n]!.map((value, i) => value + (distance * gradients[n]![i]!) / computed)
      )
    );
    return loss();
  };
  const measured = (at(step) - at(-step)) / (2 * step);
  names.forEach((name, n) => storage.write(name, weights[n]!));
  return {computed, measured};
}

import {optionalCount} from "../../base/validation/checked.js";
import {openTextEmbedder} from "../../weights/models/encoder/textEmbedder.js";
import {encodeSafetensors} from "../../weights/models/safetensors.js";
import {vectorsDir} from "../../base/store/index.js";
import {fitHead} from "./denseHead.js";
import {readExamples} from "./examples.js";
import type {ClassifierOptions, ModelSource} from "./modelSource.js";
import {randomStream} from "./random.js";
import {trainedSource} from "./trainedSource.js";
import {checkTrainer} from "./trainerOptions.js";

export interface EncoderHeadOptions extends ClassifierOptions {
  /** Tokens the encoder reads of each text; 64 when absent. */
  maxTokens?: number;
  epochs?: number;
}

/**
 * A softmax head on a frozen sentence encoder (all-MiniLM-L6-v2). Embedding takes about 7 ms a text of 64 tokens
 * on two cores, once: vectors are kept beside the models. Set `sample` to bound it.
 */
export function encoderHead(options: EncoderHeadOptions): ModelSource {
  checkTrainer<EncoderHeadOptions>(
    "encoderHead",
    {maxTokens: optionalCount(), epochs: optionalCount()},
    options
  );
  const {maxTokens = 64, epochs = 20} = options;
  const fit = {epochs, rate: 0.2, l2: 1e-5};
  return trainedSource({
    architecture: "encoder-head",
    options,
    module: import.meta.url,
    settings: {maxTokens, ...fit},
    read: readExamples,
    train: async ({texts, targets, classes}, {dir, seed, onProgress}) => {
      const embedder = await openTextEmbedder({maxTokens, cacheDir: vectorsDir(dir)});
      try {
        const started = performance.now();
        const vectors = await embedder.embed(texts, (done) => {
          if (done % 250 === 0) onProgress?.(`embedded ${done} of ${texts.length} rows`);
        });
        const embeddingSeconds = (performance.now() - started) / 1000;
        const head = fitHead(vectors, targets, classes.length, fit, randomStream(`${seed} encoder-head`));
        return {
          settings: {encoder: embedder.identity, maxTokens, dimensions: embedder.dimensions, ...fit},
          metrics: {loss: head.loss, embeddingSeconds},
          files: {
            "config.json": JSON.stringify({
              model_type: "assay-encoder-head",
              labels: classes,
              encoder: embedder.identity,
              max_tokens: maxTokens
            }),
            "model.safetensors": encodeSafetensors({
              "head.weight": {shape: [classes.length, embedder.dimensions], data: head.weight},
              "head.bias": {shape: [classes.length], data: head.bias}
            })
          }
        };
      } finally {
        await embedder.close();
      }
    }
  });
}

import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {sharedWordPiece} from "../../weights/models/encoder/wordPiece.js";
import {modelFolder, type ModelManifest, readModelFile, roundTable} from "../../weights/models/index.js";
import {decodeSafetensors, encodeSafetensors} from "../../weights/models/safetensors.js";
import {anyObject, optionalCount} from "../../base/validation/checked.js";
import {meanOfRows, rowsByToken, tokenRows} from "../../weights/models/tokenRows.js";
import {fitHead} from "./denseHead.js";
import {readExamples} from "./examples.js";
import {fineTune, type StaticWeights} from "./fineTune.js";
import type {ClassifierOptions, ModelSource} from "./modelSource.js";
import {randomStream} from "./random.js";
import {distillTokens} from "./tokenDistillation.js";
import {trainedSource, type TrainerResult} from "./trainedSource.js";
import {checkTrainer} from "./trainerOptions.js";

export interface StaticEmbeddingOptions extends ClassifierOptions {
  /**
   * The model whose weights training starts from, itself a static embedding. Without it a token table is distilled
   * from the sentence encoder and only the head is trained.
   */
  init?: ModelSource;
  /** Size of a token's vector when distilling; 256 when absent. */
  dimensions?: number;
  /** Tokens read of each text; 512 when absent. A model with `init` keeps its parent's. */
  maxTokens?: number;
  /** Passes over the rows; 4 when absent, 8 for a head alone. */
  epochs?: number;
}

const own = {
  init: anyObject("a source of a model").optional(),
  dimensions: optionalCount(),
  maxTokens: optionalCount(),
  epochs: optionalCount()
};

interface StaticModel extends StaticWeights {
  tokenIds: number[];
  tokenizerJson: string;
  maxTokens: number;
  encoder: string;
}

/**
 * A text classifier without attention: the mean of one vector a token, and a softmax head. All models that
 * descend from one distilled table have the same tensors (`embedding.weight`, `head.weight`, `head.bias`), so
 * they can be merged.
 */
export function staticEmbedding(options: StaticEmbeddingOptions): ModelSource {
  checkTrainer<StaticEmbeddingOptions>("staticEmbedding", own, options);
  return options.init ? fineTuned(options, options.init) : distilled(options);
}

function distilled(options: StaticEmbeddingOptions): ModelSource {
  const {dimensions = 256, maxTokens = 512, epochs = 8} = options;
  const distilling = {dimensions, maxTokens, minRows: 2};
  const fit = {epochs, rate: 0.5, l2: 1e-6};
  return trainedSource({
    architecture: "static-embedding",
    options,
    module: import.meta.url,
    settings: {...distilling, ...fit},
    read: readExamples,
    train: async (examples, context) => {
      const {tokenIds, table, tokenizerJson, encoder} = await distillTokens(
        examples.partTexts,
        distilling,
        context
      );
      roundTable(table);
      const classes = examples.classes.length;
      const texts = rowsOfTexts(examples.texts, {tokenIds, tokenizerJson, maxTokens});
      const means = texts.map((rows) => {
        const mean = new Float32Array(dimensions);
        meanOfRows(rows, table, mean);
        return mean;
      });
      const head = fitHead(
        means,
        examples.targets,
        classes,
        fit,
        randomStream(`${context.seed} static head`)
      );
      const model = {...head, table, tokenIds, tokenizerJson, maxTokens, encoder};
      return result(
        model,
        examples.classes,
        {
          ...fit,
          distilledFrom: `the texts of all ${examples.partTexts.length} rows of the part, without their labels`
        },
        head.loss
      );
    }
  });
}

function fineTuned(options: StaticEmbeddingOptions, init: ModelSource): ModelSource {
  const fit = {epochs: options.epochs ?? 4, tableRate: 0.006, headRate: 0.1};
  return trainedSource({
    architecture: "static-embedding",
    options,
    module: import.meta.url,
    settings: {...fit},
    init,
    read: readExamples,
    train: async (examples, context, parent) => {
      const model = await readStatic(context.dir, parent!);
      const texts = rowsOfTexts(examples.texts, model);
      const random = randomStream(`${context.seed} static fine-tuning`);
      const {targets} = examples;
      const loss = await fineTune(model, {texts, targets}, fit, random, (epoch, value) => {
        context.signal?.throwIfAborted();
        context.onProgress?.(`pass ${epoch + 1} of ${fit.epochs}, loss ${value.toFixed(3)}`);
      });
      roundTable(model.table);
      return {...result(model, examples.classes, fit, loss), pack: {like: parent!.id}};
    }
  });
}

function rowsOfTexts(
  texts: readonly string[],
  {tokenIds, tokenizerJson, maxTokens}: Pick<StaticModel, "tokenIds" | "tokenizerJson" | "maxTokens">
): Uint32Array[] {
  const tokenizer = sharedWordPiece(tokenizerJson);
  const rowOf = rowsByToken(tokenIds, tokenizer.size);
  return texts.map((text) => tokenRows(tokenizer.encode(text), rowOf, maxTokens));
}

async function readStatic(dir: string, {id, settings}: ModelManifest): Promise<StaticModel> {
  const folder = await modelFolder(dir, id);
  const tensors = decodeSafetensors(await readModelFile(folder, "model.safetensors"));
  return {
    table: tensors["embedding.weight"]!.data,
    weight: tensors["head.weight"]!.data,
    bias: tensors["head.bias"]!.data,
    tokenIds: JSON.parse(await readFile(join(folder, "tokens.json"), "utf8")) as number[],
    tokenizerJson: await readFile(join(folder, "tokenizer.json"), "utf8"),
    maxTokens: settings.maxTokens as number,
    encoder: settings.encoder as string
  };
}

function result(
  model: StaticModel,
  labels: readonly string[],
  settings: Record<string, unknown>,
  loss: number
): TrainerResult {
  const {table, weight, bias, tokenIds, tokenizerJson, maxTokens, encoder} = model;
  const dimensions = weight.length / bias.length;
  return {
    settings: {...settings, dimensions, maxTokens, encoder},
    metrics: {loss},
    pack: {},
    files: {
      "config.json": JSON.stringify({
        model_type: "assay-static-embedding",
        labels,
        hidden_size: dimensions,
        vocab_size: tokenIds.length,
        max_tokens: maxTokens
      }),
      "model.safetensors": encodeSafetensors({
        "embedding.weight": {shape: [tokenIds.length, dimensions], data: table},
        "head.weight": {shape: [bias.length, dimensions], data: weight},
        "head.bias": {shape: [bias.length], data: bias}
      })
    },
    sharedFiles: {"tokenizer.json": tokenizerJson, "tokens.json": JSON.stringify(tokenIds)}
  };
}

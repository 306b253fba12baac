import {readFile} from "node:fs/promises";
import {join} from "node:path";
import type {ModelLoader} from "./types.js";
import {sharedWordPiece} from "./encoder/wordPiece.js";
import {headScores} from "./headScores.js";
import {decodeSafetensors} from "./safetensors.js";
import {logSoftmax, toPrediction} from "./softmax.js";
import {meanOfRows, rowsByToken, tokenRows} from "./tokenRows.js";
import {readModelFile} from "./weightFiles.js";

/** One vector a token, averaged over the text, with a softmax head. */
export const loadStaticEmbedding: ModelLoader = async (manifest, folder) => {
  const tensors = decodeSafetensors(await readModelFile(folder, "model.safetensors"));
  const table = tensors["embedding.weight"]!.data;
  const weight = tensors["head.weight"]!.data;
  const bias = tensors["head.bias"]!.data;
  const tokenizer = sharedWordPiece(await readFile(join(folder, "tokenizer.json"), "utf8"));
  const tokenIds = JSON.parse(await readFile(join(folder, "tokens.json"), "utf8")) as number[];
  const rowOf = rowsByToken(tokenIds, tokenizer.size);
  const labels = manifest.labels ?? [];
  const {maxTokens} = manifest.settings as {maxTokens: number};
  const mean = new Float32Array(table.length / tokenIds.length);
  return {
    manifest,
    predict: async (texts) =>
      texts.map((text) => {
        meanOfRows(tokenRows(tokenizer.encode(text), rowOf, maxTokens), table, mean);
        return toPrediction(labels, logSoftmax(headScores(mean, weight, bias)));
      })
  };
};

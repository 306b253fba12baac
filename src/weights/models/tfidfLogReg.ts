import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {JointNgram} from "./jointNgram/jointNgram.js";
import {readJointNgram} from "./jointNgram/stored.js";
import {decodeSafetensors} from "./safetensors.js";
import {logSoftmax, toPrediction} from "./softmax.js";
import {sparseScores, tfidfOfText} from "./tfidf.js";
import type {ModelLoader} from "./types.js";
import {readModelFile} from "./weightFiles.js";

/** A joint n-gram model of letters with their symbols, counted when it is loaded. */
export const loadJointNgram: ModelLoader = async (manifest, folder) => {
  const model = new JointNgram(await readJointNgram(folder));
  return {manifest, predict: async (texts) => texts.map((text) => model.predict(text))};
};

/** TF-IDF of words and word pairs with multinomial logistic regression on top. */
export const loadTfidfLogReg: ModelLoader = async (manifest, folder) => {
  const words = JSON.parse(await readFile(join(folder, "vocabulary.json"), "utf8")) as string[];
  const tensors = decodeSafetensors(await readModelFile(folder, "model.safetensors"));
  const idf = tensors["features.idf"]!.data;
  const weights = tensors["head.weight"]!.data;
  const bias = tensors["head.bias"]!.data;
  const vocabulary = new Map(words.map((word, index) => [word, index]));
  const labels = manifest.labels ?? [];
  const scores = new Float64Array(bias.length);
  return {
    manifest,
    predict: async (texts) =>
      texts.map((text) => {
        sparseScores(tfidfOfText(text, vocabulary, idf), weights, bias, scores);
        return toPrediction(labels, logSoftmax(scores));
      })
  };
};

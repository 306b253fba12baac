import {dirname} from "node:path";
import {UserError} from "../../base/validation/index.js";
import {vectorsDir} from "../../base/store/index.js";
import type {ModelLoader} from "./types.js";
import {openTextEmbedder, type TextEmbedder} from "./encoder/textEmbedder.js";
import {headScores} from "./headScores.js";
import {decodeSafetensors} from "./safetensors.js";
import {logSoftmax, toPrediction} from "./softmax.js";
import {readModelFile} from "./weightFiles.js";

/** A frozen sentence encoder with a trained softmax head. The encoder is opened at the first prediction. */
export const loadEncoderHead: ModelLoader = async (manifest, folder) => {
  const tensors = decodeSafetensors(await readModelFile(folder, "model.safetensors"));
  const weight = tensors["head.weight"]!.data;
  const bias = tensors["head.bias"]!.data;
  const labels = manifest.labels ?? [];
  const {encoder, maxTokens} = manifest.settings as {encoder: string; maxTokens: number};
  let opened: Promise<TextEmbedder> | undefined;
  const open = () =>
    (opened ??= openOwn().catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
  const openOwn = async () => {
    const embedder = await openTextEmbedder({maxTokens, cacheDir: vectorsDir(dirname(folder))});
    if (embedder.identity === encoder) return embedder;
    await embedder.close();
    throw new UserError(
      `Model ${manifest.name} was trained on vectors of another encoder than this one: other weights, or the one of an earlier Assay. Train it again.`
    );
  };
  return {
    manifest,
    async predict(texts) {
      if (texts.length === 0) return [];
      const vectors = await (await open()).embed(texts);
      return vectors.map((vector) => toPrediction(labels, logSoftmax(headScores(vector, weight, bias))));
    },
    close: async () => (await opened)?.close()
  };
};

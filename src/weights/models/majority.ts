import type {ModelLoader} from "./modelLoader.js";
import {toPrediction} from "./softmax.js";

/** Answers every text with the training rows' class shares (add-one smoothed): the floor of any comparison. */
export const loadMajority: ModelLoader = async (manifest) => {
  const labels = manifest.labels ?? [];
  const counts = manifest.settings.counts as number[];
  const total = counts.reduce((sum, count) => sum + count, 0) + labels.length;
  const prediction = toPrediction(
    labels,
    counts.map((count) => Math.log((count + 1) / total))
  );
  return {manifest, predict: async (texts) => texts.map(() => ({...prediction}))};
};

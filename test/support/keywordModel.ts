import type {LoadedModel} from "../../src/weights/models/types.js";
import {hashJson} from "../../src/base/system/hash.js";

export interface KeywordModel extends LoadedModel {
  /** Sizes of the batches predicted so far. */
  batches: number[];
  closed: boolean;
}

/**
 * A real, tiny classifier: the label whose name occurs most often in the text wins, by a softmax over the
 * counts; the first label wins a tie. `delayMs` is the time of one batch.
 */
export function keywordModel(
  labels: readonly string[],
  options: {name?: string; delayMs?: number} = {}
): KeywordModel {
  const {name = "keywords", delayMs = 0} = options;
  const batches: number[] = [];
  const model: KeywordModel = {
    batches,
    closed: false,
    manifest: {
      kind: "model",
      schemaVersion: 1,
      id: hashJson({architecture: "keyword", labels}),
      name,
      architecture: "keyword",
      createdAt: "2026-01-01T00:00:00.000Z",
      files: [],
      labels: [...labels],
      settings: {},
      parents: []
    },
    async predict(texts) {
      batches.push(texts.length);
      if (delayMs) await new Promise((resolve) => setTimeout(resolve, delayMs));
      return texts.map((text) => {
        const counts = labels.map((label) => text.split(label).length - 1);
        const total = Math.log(counts.reduce((sum, count) => sum + Math.exp(count), 0));
        const best = counts.indexOf(Math.max(...counts));
        return {
          label: labels[best]!,
          logprobs: Object.fromEntries(labels.map((label, i) => [label, counts[i]! - total]))
        };
      });
    },
    async close() {
      model.closed = true;
    }
  };
  return model;
}

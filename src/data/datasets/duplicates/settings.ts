import {UserError} from "../../../base/validation/index.js";
import type {PlainWordsOptions} from "./plainWords.js";

export interface NearDuplicateSettings extends PlainWordsOptions {
  /** Least Jaccard similarity of two texts' word 5-grams, above 0 and at most 1; default 0.8. */
  threshold?: number;
}

/** Settings with their defaults. */
export function nearDuplicateSettings(settings: NearDuplicateSettings = {}): Required<NearDuplicateSettings> {
  const {threshold = 0.8, foldNumbers = false} = settings;
  if (!(threshold > 0 && threshold <= 1))
    throw new UserError(
      `near-duplicates: the least similarity is ${threshold}; it must be above 0 and at most 1.`
    );
  return {threshold, foldNumbers};
}

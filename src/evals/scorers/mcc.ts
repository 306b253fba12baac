import {classification, type ClassificationOptions} from "./classification.js";
import {checkOptions, oneOfOption, textList} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Json, Scorer} from "./types.js";

export type MccOptions = Pick<ClassificationOptions, "labels" | "normalize">;

/**
 * Matthews' correlation coefficient, −1 to 1: rows are read and scored as `classification` does, and what decides is the
 * coefficient over all rows and labels, as scikit-learn's matthews_corrcoef.
 *
 * @example `await mcc()({output: "billing", expected: "billing"})` gives `{value: 1, details: {expected: "billing", predicted: "billing"}}`
 */
export function mcc(options: MccOptions = {}): Scorer {
  checkOptions<MccOptions>("mcc", options, {labels: textList, normalize: oneOfOption("exact", "loose")});
  const {labels, normalize} = options;
  const label = classification({labels, normalize});
  return withSettings((input) => label(input), label.settings as {[key: string]: Json}, {
    module: import.meta.url,
    check: label.check,
    corpus: {figure: "mcc"},
    bounds: [-1, 1]
  });
}

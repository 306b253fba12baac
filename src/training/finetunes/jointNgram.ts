import {jointNgramFiles} from "../../weights/models/index.js";
import {flag, number} from "../../base/validation/checked.js";
import {UserError} from "../../base/validation/index.js";
import {alignLetters} from "./alignLetters.js";
import {readLabelledRows} from "./labelledRows.js";
import type {ClassifierOptions, ModelSource} from "./modelSource.js";
import {trainedSource} from "./trainedSource.js";
import {checkTrainer} from "./trainerOptions.js";

/** Columns that a model of sequences reads, and the rows it may learn from. */
export interface JointNgramOptions extends ClassifierOptions {
  /** Letters with their symbols that a probability goes by, the one it is of among them: 1 to 20, 8 when absent. */
  order?: number;
  /** Texts have their letters from the last to the first, as a language model may read them better, and labels have not. */
  backwards?: boolean;
}

/**
 * Texts to sequences of symbols, such as words to their phonemes: a joint n-gram model of letters with the symbols they stand
 * for (Bisani and Ney, Speech Communication 50, 2008) with interpolated modified Kneser–Ney smoothing. A label is symbols with
 * blanks between them ("K AE T"); answers are written as the labels are, also where all of these begin with a blank. Every
 * Unicode code point of a text is a letter, as it is written: "A" is not "a". Rows with more than two symbols a letter are left
 * out. Letters that were never seen are silent, and an empty text has the empty answer.
 */
export function jointNgram(options: JointNgramOptions): ModelSource {
  const own = {order: number({least: 1, most: 20, whole: true}).optional(), backwards: flag().optional()};
  checkTrainer<JointNgramOptions>("jointNgram", own, options);
  const {order = 8, backwards = false} = options;
  return trainedSource({
    architecture: "joint-ngram",
    options,
    module: import.meta.url,
    settings: {order, backwards},
    read: readLabelledRows,
    train: async ({texts, labels}, {dataset, signal}) => {
      const spelled = texts.map((text, i) => ({
        letters: backwards ? [...text].reverse() : [...text],
        symbols: labels[i]!.split(/\s+/).filter((symbol) => symbol !== "")
      }));
      const {leftOut, ...aligned} = await alignLetters(spelled, async () => {
        // Signals get their turn.
        await new Promise<void>((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
      });
      if (aligned.graphones.length === 0)
        throw new UserError(
          `${dataset}: every row has more than two symbols in "${options.label}" for each letter of "${options.text}". Put blanks between symbols alone.`
        );
      const blankBefore = labels.every((label) => label.startsWith(" "));
      return {
        settings: {order, graphones: aligned.graphones.length},
        metrics: {rowsLeftOut: leftOut},
        files: jointNgramFiles({order, blankBefore, backwards, ...aligned})
      };
    }
  });
}

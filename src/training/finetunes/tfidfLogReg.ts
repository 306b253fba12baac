import {optionalCount} from "../../base/validation/checked.js";
import {encodeSafetensors} from "../../weights/models/safetensors.js";
import {tfidfVector} from "../../weights/models/tfidf.js";
import {wordCounts} from "../../weights/models/words.js";
import {readExamples} from "./examples.js";
import {fitSparse} from "./logisticRegression.js";
import type {ClassifierOptions, ModelSource} from "./modelSource.js";
import {randomStream} from "./random.js";
import {trainedSource} from "./trainedSource.js";
import {checkTrainer} from "./trainerOptions.js";
import {buildVocabulary} from "./vocabulary.js";

export interface TfidfOptions extends ClassifierOptions {
  /** Words and word pairs kept, the commonest first; 20,000 when absent. */
  vocabularySize?: number;
  /** Passes over the rows; 12 when absent. */
  epochs?: number;
}

/** TF-IDF of words and word pairs with multinomial logistic regression: the baseline that is hard to beat. */
export function tfidfLogReg(options: TfidfOptions): ModelSource {
  checkTrainer<TfidfOptions>(
    "tfidfLogReg",
    {vocabularySize: optionalCount(), epochs: optionalCount()},
    options
  );
  const {vocabularySize = 20_000, epochs = 12} = options;
  const fit = {epochs, rate: 0.5, l2: 1e-6};
  return trainedSource({
    architecture: "tfidf-logreg",
    options,
    module: import.meta.url,
    settings: {vocabularySize, ...fit},
    read: readExamples,
    train: async ({texts, targets, classes}, {seed}) => {
      const counts = texts.map(wordCounts);
      const {words, idf} = buildVocabulary(counts, {size: vocabularySize, minRows: 2});
      const vocabulary = new Map(words.map((word, index) => [word, index]));
      const vectors = counts.map((row) => tfidfVector(row, vocabulary, idf));
      const sizes = {features: words.length, classes: classes.length};
      const {weights, bias, loss} = fitSparse(
        vectors,
        targets,
        sizes,
        fit,
        randomStream(`${seed} tfidf-logreg`)
      );
      return {
        settings: {...sizes, ...fit},
        metrics: {loss},
        files: {
          "config.json": JSON.stringify({model_type: "assay-tfidf-logreg", labels: classes}),
          "vocabulary.json": JSON.stringify(words),
          "model.safetensors": encodeSafetensors({
            "features.idf": {shape: [words.length], data: idf},
            "head.weight": {shape: [words.length, classes.length], data: weights},
            "head.bias": {shape: [classes.length], data: bias}
          })
        }
      };
    }
  });
}

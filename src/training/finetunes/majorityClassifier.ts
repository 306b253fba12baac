import {readExamples} from "./examples.js";
import type {ClassifierOptions, ModelSource} from "./modelSource.js";
import {trainedSource} from "./trainedSource.js";
import {checkTrainer} from "./trainerOptions.js";

/** Always answers the commonest label of the training rows: what every other model has to beat. */
export function majorityClassifier(options: ClassifierOptions): ModelSource {
  checkTrainer<ClassifierOptions>("majorityClassifier", {}, options);
  return trainedSource({
    architecture: "majority",
    options,
    module: import.meta.url,
    settings: {},
    read: readExamples,
    train: async ({targets, classes}) => {
      const counts = classes.map(() => 0);
      for (const target of targets) counts[target]!++;
      return {
        settings: {counts},
        files: {"config.json": JSON.stringify({model_type: "assay-majority", labels: classes, counts})}
      };
    }
  });
}

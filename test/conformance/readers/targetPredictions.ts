import {exactMatch, matchAfter} from "../../../src/evals/scorers/index.js";
import {expectedOf, type Figure, type Reader} from "../figure.js";
import {filesWith, stemOf} from "../item.js";
import {correctRows, throughRunner} from "../throughRunner.js";

/**
 * One file a task: input, prediction and target. Where the inputs ask to think step by step, the answer is what
 * follows the last "the answer is "; elsewhere it is the whole prediction.
 */
export const targetPredictions: Reader = {
  kind: "predictions with a target",
  matches: (item) => filesWith(item, "input", "prediction", "target").length > 0,
  async figures(item) {
    const figures: Figure[] = [];
    for (const file of filesWith(item, "input", "prediction", "target")) {
      const task = stemOf(file);
      const records = item.records(file);
      const stepwise = records.some((record) => /step by step\.?\s*$/.test(String(record.input)));
      const rows = records.map((record, i) => ({
        id: String(i),
        prompt: String(record.input),
        expected: String(record.target)
      }));
      const outputs = {[task]: new Map(records.map((record, i) => [String(i), String(record.prediction)]))};
      const scorer = stepwise ? matchAfter("the answer is ", {orWhole: true}) : exactMatch;
      const scores = (await throughRunner(rows, outputs, scorer))[task]!;
      const correct = correctRows(scores);
      const figure = (name: string, field: string, ours: number): Figure => ({
        name: `${task}: ${name}`,
        ours,
        published: expectedOf(file, field),
        tolerance: 1e-9
      });
      figures.push(
        figure("rows", "n", scores.length),
        figure("correct", "correct", correct),
        figure("accuracy, %", "accuracy_pct_published", (100 * correct) / scores.length),
        figure("accuracy", "accuracy", correct / scores.length)
      );
    }
    return figures;
  },
  notReproduced: [
    {
      path: /accuracy_with_calc/,
      why: "the predictions' arithmetic was done again by a program that is not published with them"
    }
  ]
};

import {exactMatch, matchAfter} from "../../../src/scorers/index.js";
import {expected, type Figure, type Reader} from "../figure.js";
import {filesWith} from "../item.js";
import {correctRows, throughRunner} from "../throughRunner.js";

/**
 * One file a task: input, prediction and target. Where the input asks to think step by step, the answer is what
 * follows the last "the answer is "; elsewhere it is the whole prediction.
 */
export const targetPredictions: Reader = {
  kind: "predictions with a target",
  matches: (item) => filesWith(item, "input", "prediction", "target").length > 0,
  async figures(item) {
    const figures: Figure[] = [];
    for (const file of filesWith(item, "input", "prediction", "target")) {
      const task = file.replace(/\.jsonl$/, "");
      const records = item.lines(file);
      const stepwise = records.every((record) => /step by step\.?\s*$/.test(String(record.input)));
      const rows = records.map((record, i) => ({
        id: String(i),
        prompt: String(record.input),
        expected: String(record.target)
      }));
      const outputs = {[task]: new Map(records.map((record, i) => [String(i), String(record.prediction)]))};
      const scorer = stepwise ? matchAfter("the answer is ", {orWhole: true}) : exactMatch;
      const scores = (await throughRunner(rows, outputs, scorer))[task]!;
      const correct = correctRows(scores);
      figures.push(
        {name: `${task}: rows`, ours: scores.length, published: expected(task, "n")},
        {name: `${task}: correct`, ours: correct, published: expected(task, "correct")},
        {
          name: `${task}: accuracy, %`,
          ours: (100 * correct) / scores.length,
          published: expected(task, "accuracy_pct_published"),
          tolerance: 1e-9
        }
      );
    }
    return figures;
  }
};

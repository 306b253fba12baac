import {numeric} from "../../../src/scorers/index.js";
import {mcnemarExact} from "../../../src/stats/index.js";
import {expected, type Figure, type Reader} from "../figure.js";
import {filesWith, has, type Item, type JsonObject} from "../item.js";
import {correctRows, type RowScore, throughRunner} from "../throughRunner.js";

/** Questions with an answer behind "####", and models' solutions that end in "A: number", with a flag for each. */
export const mathSolutions: Reader = {
  kind: "solutions of word problems",
  matches: (item) => answerFile(item) !== undefined && solutionFiles(item).length > 0,
  async figures(item) {
    const rows = item.lines(answerFile(item)!).map((row, i) => ({
      id: String(i),
      prompt: String(row.question),
      expected: String(row.answer).split("####").at(-1)!.trim()
    }));
    const figures: Figure[] = [];
    for (const file of solutionFiles(item)) {
      const records = item.lines(file);
      const position = new Map(rows.map((row) => [row.prompt, row.id]));
      const models = Object.keys(records[0]!).filter((model) => has(records[0]![model], "solution"));
      const outputs = Object.fromEntries(
        models.map((model) => [
          model,
          new Map(
            records.map((record) => [
              position.get(String(record.question))!,
              String((record[model] as JsonObject).solution)
            ])
          )
        ])
      );
      const scores = await throughRunner(rows, outputs, numeric({after: "A:"}));
      for (const model of models) {
        const byId = new Map(scores[model]!.map((score) => [score.id, score]));
        const flags = records.map((record) => ({
          ours: isCorrect(byId.get(position.get(String(record.question))!))
        }));
        const correct = correctRows(scores[model]!);
        figures.push(
          {
            name: `${model}: solutions with the right number`,
            ours: correct,
            published: expected("per_model", model, "correct")
          },
          {
            name: `${model}: accuracy`,
            ours: correct / rows.length,
            published: expected("per_model", model, "accuracy"),
            tolerance: 1e-9
          },
          {
            name: `${model}: each solution's is_correct`,
            rows: flags,
            publishedRows: {file, path: [model, "is_correct"]}
          }
        );
      }
      if (models.length === 2) figures.push(...paired(models as [string, string], scores));
    }
    return figures;
  }
};

function isCorrect(score: RowScore | undefined): boolean | undefined {
  return score?.status === "scored" ? score.value === 1 : undefined;
}

/** The two models on the same questions. */
function paired([a, b]: [string, string], scores: Record<string, RowScore[]>): Figure[] {
  const second = new Map(scores[b]!.map((score) => [score.id, isCorrect(score)]));
  const both = scores[a]!.map((score) => [isCorrect(score), second.get(score.id)]);
  const onlyFirst = both.filter(([x, y]) => x && !y).length;
  const onlySecond = both.filter(([x, y]) => !x && y).length;
  const at = (field: string) => expected("recomputed_only", "paired", field);
  return [
    {name: `only ${a} right`, ours: onlyFirst, published: at("first_only")},
    {name: `only ${b} right`, ours: onlySecond, published: at("second_only")},
    {
      name: "McNemar's exact p",
      ours: mcnemarExact(onlyFirst, onlySecond),
      published: at("mcnemar_exact_p"),
      tolerance: 1e-9
    }
  ];
}

function answerFile(item: Item): string | undefined {
  return filesWith(item, "question", "answer").find((file) =>
    String(item.lines(file)[0]!.answer).includes("####")
  );
}

function solutionFiles(item: Item): string[] {
  return filesWith(item, "question").filter((file) =>
    Object.values(item.lines(file)[0]!).some((value) => has(value, "solution", "is_correct"))
  );
}

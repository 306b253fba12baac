import {numeric} from "../../../src/evals/scorers/index.js";
import {expected, type Figure, type Reader} from "../figure.js";
import {filesWhere, has, type Item, type JsonObject} from "../item.js";
import {correctRows, type RowScore, throughRunner} from "../throughRunner.js";
import {pairedFigures} from "./pairedFigures.js";

/** Questions with an answer behind "####", and models' solutions that end in "A: number", with a flag for each. */
export const mathSolutions: Reader = {
  kind: "solutions of word problems",
  matches: (item) => answerFile(item) !== undefined && solutionFiles(item).length > 0,
  async figures(item) {
    const rows = item.records(answerFile(item)!).map((row, i) => ({
      id: String(i),
      prompt: String(row.question),
      expected: String(row.answer).split("####").at(-1)!.trim()
    }));
    const figures: Figure[] = [{name: "questions", ours: rows.length, published: expected("n")}];
    for (const file of solutionFiles(item)) {
      const records = idsOf(rows, item.records(file));
      const models = [
        ...new Set(
          records.flatMap(({record}) => Object.keys(record).filter((key) => isSolution(record[key])))
        )
      ];
      const given = (model: string) => records.filter(({record}) => isSolution(record[model]));
      const outputs = Object.fromEntries(
        models.map((model) => [
          model,
          new Map(given(model).map(({id, record}) => [id, String((record[model] as JsonObject).solution)]))
        ])
      );
      const scores = await throughRunner(rows, outputs, numeric({after: "A:"}));
      for (const model of models) {
        const byId = new Map(scores[model]!.map((score) => [score.id, score]));
        const correct = correctRows(scores[model]!);
        const at = (field: string) => expected("per_model", model, field);
        figures.push(
          {name: `${model}: solutions with the right number`, ours: correct, published: at("correct")},
          {
            name: `${model}: accuracy`,
            ours: correct / scores[model]!.length,
            published: at("accuracy"),
            tolerance: 1e-9
          },
          {
            name: `${model}: each solution's is_correct`,
            rows: records.map(({id, record}) => ({
              ours: isSolution(record[model]) ? isCorrect(byId.get(id)) : undefined
            })),
            publishedRows: {file, path: [model, "is_correct"]}
          }
        );
      }
      const everywhere = models.filter((model) => given(model).length === records.length);
      figures.push(
        ...pairedFigures(
          Object.fromEntries(
            everywhere.map((model) => [model, scores[model]!.map((score) => isCorrect(score))])
          )
        )
      );
    }
    return figures;
  }
};

/** Each solution with the id of its question; the same question may be asked more than once. */
function idsOf(rows: readonly {id: string; prompt: string}[], records: readonly JsonObject[]) {
  const ids = new Map<string, string[]>();
  for (const {id, prompt} of rows) ids.set(prompt, [...(ids.get(prompt) ?? []), id]);
  return records.map((record) => {
    const id = ids.get(String(record.question))?.shift();
    if (id === undefined)
      throw new Error(`a solution is to no question of the item: ${String(record.question)}`);
    return {id, record};
  });
}

function isCorrect(score: RowScore | undefined): boolean {
  return score?.status === "scored" && score.value === 1;
}

function isSolution(value: unknown): value is JsonObject {
  return has(value, "solution", "is_correct");
}

function answerFile(item: Item): string | undefined {
  return filesWhere(
    item,
    (first) => has(first, "question", "answer") && String(first.answer).includes("####")
  )[0];
}

function solutionFiles(item: Item): string[] {
  return filesWhere(item, (first) => has(first, "question") && Object.values(first).some(isSolution));
}

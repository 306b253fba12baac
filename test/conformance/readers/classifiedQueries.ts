import {classification} from "../../../src/evals/scorers/index.js";
import {corpusOf} from "../../evals/scorers/corpusOf.js";
import {expectedOf, type Figure, type Reader} from "../figure.js";
import {filesWith, type Item, type JsonObject, stemOf} from "../item.js";
import {correctRows, type RowScore, scoredRows, throughRunner} from "../throughRunner.js";
import {pairedFigures} from "./pairedFigures.js";

/** Queries with a gold label and each model's prediction; files over the same queries are paired. */
export const classifiedQueries: Reader = {
  kind: "classified queries",
  matches: (item) => files(item).length > 0,
  async figures(item) {
    const figures: Figure[] = [];
    const scorer = classification();
    for (const group of groupByQueries(files(item).map((file) => [file, item.records(file)]))) {
      const rows = group[0]![1].map((record, i) => ({
        id: String(i),
        prompt: String(record.user_query),
        expected: String(record.gold_label)
      }));
      const outputs = Object.fromEntries(
        group.map(([file, records]) => [
          stemOf(file),
          new Map(records.map((record, i) => [String(i), String(record.prediction)]))
        ])
      );
      const scores = await throughRunner(rows, outputs, scorer);
      const gold = new Set(rows.map((row) => row.expected));
      for (const [file] of group) {
        const list = scores[stemOf(file)]!;
        const figure = (name: string, ours: number | undefined, ...fields: RegExp[]): Figure[] =>
          fields.map((field) => ({
            name: `${stemOf(file)}: ${name}`,
            ours,
            published: expectedOf(file, field),
            tolerance: 1e-9
          }));
        const correct = correctRows(list);
        const invented = scoredRows(list).filter((row) => !gold.has(row.details!.predicted as string)).length;
        figures.push(
          ...figure("rows", list.length, /^(n|rows|queries)$/),
          ...figure(
            "correct",
            correct,
            /^correct(_published_TOTAL_TRUE)?$/,
            /^correct_from_match_column$/,
            /^correct_recomputed$/
          ),
          ...figure("accuracy", correct / list.length, /^accuracy(_recomputed(_only)?)?$/),
          ...figure("accuracy, %", (100 * correct) / list.length, /^accuracy_(pct|percent)/),
          {
            name: `${stemOf(file)}: each row's match`,
            rows: list.map((row) => ({ours: isRight(row)})),
            publishedRows: {file, path: ["match"]}
          },
          ...figure(
            "macro F1",
            corpusOf(classification({average: "f1_macro"}), scoredRows(list)),
            /^macro_f1/
          ),
          ...figure("gold labels", gold.size, /^gold_labels$/),
          ...figure("predictions that are no gold label", invented, /^predictions_not_a_gold_label$/)
        );
      }
      figures.push(
        ...pairedFigures(
          Object.fromEntries(Object.entries(scores).map(([model, list]) => [model, list.map(isRight)]))
        )
      );
    }
    return figures;
  }
};

function isRight(row: RowScore): boolean {
  return row.status === "scored" && row.value === 1;
}

function groupByQueries(all: [string, JsonObject[]][]): [string, JsonObject[]][][] {
  const groups = new Map<string, [string, JsonObject[]][]>();
  for (const entry of all) {
    const queries = JSON.stringify(entry[1].map((record) => [record.user_query, record.gold_label]));
    groups.set(queries, [...(groups.get(queries) ?? []), entry]);
  }
  return [...groups.values()];
}

function files(item: Item): string[] {
  return filesWith(item, "user_query", "gold_label", "prediction");
}

import {classification} from "../../../src/scorers/index.js";
import {mcnemarExact} from "../../../src/stats/index.js";
import {expected, type Figure, type Reader} from "../figure.js";
import {filesWith, type JsonObject} from "../item.js";
import {correctRows, type RowScore, scoredRows, throughRunner} from "../throughRunner.js";

/** Queries with a gold label and each model's prediction; files over the same queries are paired. */
export const classifiedQueries: Reader = {
  kind: "classified queries",
  matches: (item) => files(item).length > 0,
  async figures(item) {
    const figures: Figure[] = [];
    const scorer = classification();
    for (const group of groupByQueries(
      files(item).map((file): [string, JsonObject[]] => [file, item.lines(file)])
    )) {
      const rows = group[0]![1].map((record, i) => ({
        id: String(i),
        prompt: String(record.user_query),
        expected: String(record.gold_label)
      }));
      const outputs = Object.fromEntries(
        group.map(([file, records]) => [
          modelOf(file),
          new Map(records.map((record, i) => [String(i), String(record.prediction)]))
        ])
      );
      const scores = await throughRunner(rows, outputs, scorer);
      const gold = new Set(rows.map((row) => row.expected));
      for (const [file] of group) {
        const model = modelOf(file);
        const list = scores[model]!;
        const correct = correctRows(list);
        const invented = scoredRows(list).filter((row) => !gold.has(row.details!.predicted as string)).length;
        figures.push(
          {name: `${model}: rows`, ours: list.length, published: expected(model, "n")},
          {
            name: `${model}: correct`,
            ours: correct,
            published: expected(model, "correct_published_TOTAL_TRUE")
          },
          {
            name: `${model}: correct, by the match column`,
            ours: correct,
            published: expected(model, "correct_from_match_column")
          },
          {
            name: `${model}: each row's match`,
            rows: list.map((row) => ({ours: row.status === "scored" && row.value === 1})),
            publishedRows: {file, path: ["match"]}
          },
          {
            name: `${model}: macro F1`,
            ours: scorer.aggregate!(scoredRows(list)),
            published: expected(model, "macro_f1_over_gold_labels_recomputed_only"),
            tolerance: 1e-9
          },
          {name: `${model}: gold labels`, ours: gold.size, published: expected(model, "gold_labels")},
          {
            name: `${model}: predictions that are no gold label`,
            ours: invented,
            published: expected(model, "predictions_not_a_gold_label")
          }
        );
      }
      figures.push(...pairs(scores));
    }
    return figures;
  }
};

function pairs(scores: Record<string, RowScore[]>): Figure[] {
  const models = Object.keys(scores);
  const right = (model: string) => scores[model]!.map((row) => row.status === "scored" && row.value === 1);
  return models.flatMap((first) =>
    models
      .filter((second) => second !== first)
      .flatMap((second): Figure[] => {
        const [a, b] = [right(first), right(second)];
        const onlyFirst = a.filter((correct, i) => correct && !b[i]).length;
        const onlySecond = b.filter((correct, i) => correct && !a[i]).length;
        const pair = `${first} vs ${second}`;
        const at = (field: string) => expected("paired_recomputed_only", pair, field);
        return [
          {name: `${pair}: only the first right`, ours: onlyFirst, published: at("first_only")},
          {name: `${pair}: only the second right`, ours: onlySecond, published: at("second_only")},
          {
            name: `${pair}: McNemar's exact p`,
            ours: mcnemarExact(onlyFirst, onlySecond),
            published: at("mcnemar_exact_p"),
            tolerance: 1e-9
          }
        ];
      })
  );
}

function groupByQueries(all: [string, JsonObject[]][]): [string, JsonObject[]][][] {
  const groups = new Map<string, [string, JsonObject[]][]>();
  for (const entry of all) {
    const queries = JSON.stringify(entry[1].map((record) => [record.user_query, record.gold_label]));
    groups.set(queries, [...(groups.get(queries) ?? []), entry]);
  }
  return [...groups.values()];
}

function modelOf(file: string): string {
  return file.replace(/\.jsonl$/, "");
}

function files(item: Parameters<Reader["matches"]>[0]): string[] {
  return filesWith(item, "user_query", "gold_label", "prediction");
}

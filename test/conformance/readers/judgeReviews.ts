import {judgeReview} from "../../../src/evals/scorers/index.js";
import {expectedOf, type Figure, type Reader} from "../figure.js";
import {filesWith, type Item, stemOf} from "../item.js";
import {throughRunner} from "../throughRunner.js";

type Pair = [number, number];

/**
 * A judge's reviews of two answers, each with the scores recorded for it. A review without a score line takes the
 * recorded scores into the totals; [-1, -1] stands for none and counts as a tie.
 */
export const judgeReviews: Reader = {
  kind: "judge reviews",
  matches: (item) => reviewFiles(item).length > 0,
  async figures(item) {
    const figures: Figure[] = [];
    for (const file of reviewFiles(item)) {
      const model = stemOf(file);
      const records = item.records(file);
      const rows = records.map((record, i) => ({
        id: String(i),
        prompt: `question ${String(record.question_id)}`,
        expected: null
      }));
      const outputs = {[model]: new Map(records.map((record, i) => [String(i), String(record.text)]))};
      const parsed = (await throughRunner(rows, outputs, judgeReview))[model]!.map((row) =>
        row.status === "scored" ? (row.details!.scores as Pair) : undefined
      );
      const recorded = records.map((record) => record.score as Pair);
      const scores = parsed.map((pair, i) => pair ?? recorded[i]!);
      const counted = scores.filter((pair) => Math.min(...pair) >= 0);
      const sum = (side: 0 | 1) => counted.reduce((all, pair) => all + pair[side], 0);
      const agreeing = parsed.filter((pair, i) => pair && String(pair) === String(recorded[i])).length;
      const figure = (name: string, field: string, ours: number): Figure => ({
        name: `${model}: ${name}`,
        ours,
        published: expectedOf(file, field)
      });
      figures.push(
        figure("reviews", "n", scores.length),
        figure("score lines that give the recorded scores", "score_line_parses_to_recorded_score", agreeing),
        figure("recorded as none", "recorded_as_-1", scores.length - counted.length),
        figure("total of the first", "total_1", sum(0)),
        figure("total of the second", "total_2", sum(1)),
        figure("first wins", "wins_1", scores.filter(([a, b]) => a > b).length),
        figure("ties", "ties", scores.filter(([a, b]) => a === b).length),
        figure("second wins", "wins_2", scores.filter(([a, b]) => a < b).length),
        {
          name: `${model}: each review's scores`,
          rows: parsed.map((ours) => ({ours})),
          publishedRows: {file, path: ["score"]},
          mayDiffer: parsed.filter((pair) => !pair).length
        }
      );
    }
    return figures;
  }
};

function reviewFiles(item: Item): string[] {
  return filesWith(item, "question_id", "text", "score");
}

import {mean, standardError} from "../../../src/stats/index.js";
import {expected, type Figure, type Reader} from "../figure.js";
import {filesWith} from "../item.js";

/**
 * A judge's preferences between a baseline's and a model's answers: 1 (baseline) to 2 (model), 1.5 or 0 for a draw,
 * null for no judgement. File names are ANNOTATOR.MODEL.jsonl.
 */
export const preferences: Reader = {
  kind: "preference annotations",
  matches: (item) => filesWith(item, "generator_1", "generator_2", "preference").length > 0,
  figures(item) {
    return filesWith(item, "generator_1", "generator_2", "preference").flatMap((file): Figure[] => {
      const name = file.replace(/\.jsonl$/, "").replace(".", "/");
      const records = item.lines(file);
      const wins = records
        .map((record) => record.preference)
        .filter((preference) => typeof preference === "number")
        .map((preference) => (preference === 0 ? 0.5 : preference - 1));
      const count = (test: (win: number) => boolean) => wins.filter(test).length;
      const figure = (field: string, ours: number | undefined, tolerance = 0): Figure => ({
        name: `${name}: ${field}`,
        ours,
        published: expected(name, "published", field),
        tolerance
      });
      const lengths = records
        .map((record) => record.len_output_2)
        .filter((length) => typeof length === "number");
      const error = standardError(wins);
      const [won, drawn] = [count((win) => win > 0.5), count((win) => win === 0.5)];
      return [
        figure("win_rate", 100 * mean(wins)!, 1e-6),
        figure("standard_error", error === undefined ? undefined : 100 * error, 1e-6),
        figure("n_wins", won),
        figure(
          "n_wins_base",
          count((win) => win < 0.5)
        ),
        figure("n_draws", drawn),
        figure("n_total", wins.length),
        figure("discrete_win_rate", (100 * (won + drawn / 2)) / wins.length, 1e-6),
        figure("avg_length", Math.trunc(mean(lengths)!), 2)
      ];
    });
  }
};

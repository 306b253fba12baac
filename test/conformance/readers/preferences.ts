import {mean, standardError} from "../../../src/base/stats/index.js";
import type {Path, Reader, ValueFigure} from "../figure.js";
import {filesWith, type Item, stemOf} from "../item.js";

/**
 * A judge's preferences between a baseline's and a model's answers: 1 (baseline) to 2 (model), 1.5 or 0 for a draw,
 * null for no judgement. File names are ANNOTATOR.MODEL.jsonl, where both may hold dots.
 */
export const preferences: Reader = {
  kind: "preference annotations",
  matches: (item) => annotationFiles(item).length > 0,
  figures: (item) =>
    annotationFiles(item).flatMap((file) => {
      const records = item.records(file);
      const wins = records
        .map((record) => record.preference)
        .filter((preference) => typeof preference === "number")
        .map((preference) => (preference === 0 ? 0.5 : preference - 1));
      const lengths = records
        .map((record) => record.len_output_2)
        .filter((length) => typeof length === "number");
      return summary(wins, lengths).flatMap(({field, ours, tolerance = 0}) =>
        ["published", "recomputed"].map((from): ValueFigure => {
          const [path, ...or] = namesOf(file).map((name): Path => [name, from, field]);
          const what = from === "published" ? field : `${field}, ${from}`;
          return {
            name: `${namesOf(file)[0]!}: ${what}`,
            ours,
            published: {file: "expected.json", path: path!, or},
            tolerance
          };
        })
      );
    }),
  notReproduced: [
    {
      path: /length_controlled_winrate|lc_standard_error/,
      why: "needs the difficulty of each instruction, which the publisher fitted over all its models"
    }
  ]
};

/** Win rates in percent. */
function summary(
  wins: readonly number[],
  lengths: readonly number[]
): {field: string; ours: number | undefined; tolerance?: number}[] {
  const count = (test: (win: number) => boolean) => wins.filter(test).length;
  const [won, drawn] = [count((win) => win > 0.5), count((win) => win === 0.5)];
  const percent = (share: number | undefined) => (share === undefined ? undefined : 100 * share);
  const length = mean(lengths);
  const characters = length === undefined ? undefined : Math.trunc(length);
  return [
    {field: "win_rate", ours: percent(mean(wins)), tolerance: 1e-6},
    {field: "standard_error", ours: percent(standardError(wins)), tolerance: 1e-6},
    {field: "n_wins", ours: won},
    {field: "n_wins_base", ours: count((win) => win < 0.5)},
    {field: "n_draws", ours: drawn},
    {field: "n_total", ours: wins.length},
    {
      field: "discrete_win_rate",
      ours: wins.length > 0 ? percent((won + drawn / 2) / wins.length) : undefined,
      tolerance: 1e-6
    },
    {field: "avg_length", ours: characters, tolerance: 2},
    {field: "avg_length_from_annotations", ours: characters}
  ];
}

/** ANNOTATOR/MODEL for every dot that may divide the two, and the name itself. */
function namesOf(file: string): string[] {
  const parts = stemOf(file).split(".");
  const divided = parts
    .slice(1)
    .map((_, i) => `${parts.slice(0, i + 1).join(".")}/${parts.slice(i + 1).join(".")}`);
  return [...divided, stemOf(file)];
}

function annotationFiles(item: Item): string[] {
  return filesWith(item, "generator_1", "generator_2", "preference");
}

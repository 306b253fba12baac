import {csvParse} from "d3-dsv";
import {type BradleyTerry, bradleyTerry, type Preference} from "../../../src/base/stats/index.js";
import {expected, type Figure, type Path, type Reader} from "../figure.js";
import type {Item} from "../item.js";
import {type Columns, columnsOf, preferencesOf} from "./comparisonTable.js";

/** A table of two opponents a row with each one's wins, perhaps ties, the first one at home where a column says so. */
export const pairedComparisons: Reader = {
  kind: "paired comparisons",
  matches: (item) => tables(item).length > 0,
  figures: (item) => tables(item).flatMap(([file, columns]) => figuresOf(item, file, columns))
};

function figuresOf(item: Item, file: string, columns: Columns): Figure[] {
  const games = preferencesOf(csvParse(item.text(file)), columns);
  const names = [...new Set(games.flatMap(({first, second}) => [first, second]))].sort();
  // Abilities are published relative to a name that the published object does not hold.
  return [...names.flatMap((reference) => plainFigures(games, reference)), ...homeFigures(games)];
}

function plainFigures(games: readonly Preference[], reference: string): Figure[] {
  const fit = memo(() => bradleyTerry(games, {reference}));
  const others = () => fit()?.abilities.filter(({name}) => name !== reference);
  const names = [...new Set(games.flatMap(({first, second}) => [first, second]))].filter(
    (name) => name !== reference
  );
  const model: Path[] = [["recomputed_model1"], ["recomputed"], ["abilities"], [/^model_?1(?!.*_vs_)/]];
  const key = new RegExp(`^model1.*_vs_${reference.replace(/\W/g, ".")}_sorted`);
  return [
    {
      name: `abilities relative to ${reference}`,
      ours: () => others()?.map(({estimate}) => estimate),
      published: expected(key),
      tolerance: 0.005,
      sorted: true
    },
    ...names.flatMap((name) =>
      model.map((place): Figure => ({
        name: `${name}: ability and standard error, relative to ${reference}`,
        ours: () => {
          const found = others()?.find((each) => each.name === name);
          return found && [found.estimate, found.standardError];
        },
        published: {...expected(...place, name), when: {path: [...place, reference], is: undefined}},
        tolerance: 1e-6
      }))
    )
  ];
}

function homeFigures(games: readonly Preference[]): Figure[] {
  const fit = memo(() => bradleyTerry(games, {order: true}));
  const strengths = () => {
    const all = fit()?.abilities.map(({estimate}) => Math.exp(estimate));
    return all?.map((strength) => strength / all.reduce((sum, each) => sum + each, 0));
  };
  const effect = (which: "order" | "tie") => {
    const found = fit()?.[which];
    return found && [found.estimate, found.standardError];
  };
  const home = expected(/^model_?2/, /abilities_sum_to_1/);
  return [
    {
      name: "strengths with a home effect, summing to 1",
      ours: strengths,
      published: home,
      tolerance: 0.0005,
      sorted: true
    },
    {
      name: "home advantage, log odds",
      ours: () => fit()?.order?.estimate,
      published: expected(/^model_?2/, /home_advantage/),
      tolerance: 0.0005
    },
    {
      name: "home advantage and standard error",
      ours: () => effect("order"),
      published: {...expected("recomputed_home"), or: [["recomputed_home_advantage"], ["home"]]},
      tolerance: 1e-6
    },
    {
      name: "ties, log odds and standard error",
      ours: () => effect("tie"),
      published: {...expected("recomputed_tie"), or: [["tie"], ["ties"]]},
      tolerance: 1e-6
    }
  ];
}

function memo(make: () => BradleyTerry | undefined): () => BradleyTerry | undefined {
  let made: {fit: BradleyTerry | undefined} | undefined;
  return () => (made ??= {fit: make()}).fit;
}

function tables(item: Item): [string, Columns][] {
  return item.files
    .filter((file) => /\.csv$/i.test(file))
    .flatMap((file): [string, Columns][] => {
      const columns = columnsOf(csvParse(item.text(file).split("\n", 1)[0]!).columns);
      return columns ? [[file, columns]] : [];
    });
}

import {csvParse} from "d3-dsv";
import {bradleyTerry, type Preference} from "../../../src/stats/index.js";
import {expected, type Figure, type Reader} from "../figure.js";
import {type Item} from "../item.js";

/** A table of home and away teams with each one's wins. */
export const pairedComparisons: Reader = {
  kind: "paired comparisons",
  matches: (item) => tableFile(item) !== undefined,
  figures(item) {
    const games = csvParse(item.text(tableFile(item)!)).flatMap((row): Preference[] => {
      const pair = {first: row["home.team"]!, second: row["away.team"]!};
      return [
        {...pair, winner: "first", weight: Number(row["home.wins"])},
        {...pair, winner: "second", weight: Number(row["away.wins"])}
      ];
    });
    const names = [...new Set(games.flatMap(({first, second}) => [first, second]))].sort();
    const reference = names.find((name) => name === "Baltimore") ?? names[0]!;
    const plain = bradleyTerry(games, {reference})!;
    const home = bradleyTerry(games, {reference, order: true})!;
    const others = plain.abilities.filter(({name}) => name !== reference);
    const strengths = home.abilities.map(({estimate}) => Math.exp(estimate));
    const sum = strengths.reduce((all, strength) => all + strength, 0);
    return [
      {
        name: `abilities relative to ${reference}`,
        ours: others.map(({estimate}) => estimate),
        published: expected("model1_no_home_effect_log_abilities_vs_Baltimore_sorted_published"),
        tolerance: 0.005,
        sorted: true
      },
      ...others.map(({name, estimate, standardError}): Figure => ({
        name: `${name}: ability and standard error`,
        ours: [estimate, standardError],
        published: expected("recomputed_model1", name),
        tolerance: 1e-6
      })),
      {
        name: "strengths with a home effect, summing to 1",
        ours: strengths.map((strength) => strength / sum),
        published: expected("model2_home_effect", "abilities_sum_to_1_sorted_published"),
        tolerance: 0.0005,
        sorted: true
      },
      {
        name: "home advantage, log odds",
        ours: home.order?.estimate,
        published: expected("model2_home_effect", "home_advantage_log_odds_published"),
        tolerance: 0.0005
      },
      {
        name: "home advantage and standard error",
        ours: home.order && [home.order.estimate, home.order.standardError],
        published: expected("recomputed_home"),
        tolerance: 1e-6
      }
    ];
  }
};

function tableFile(item: Item): string | undefined {
  return item.files.find(
    (file) => file.endsWith(".csv") && /^"?home\.team"?,"?away\.team"?,/.test(item.text(file))
  );
}

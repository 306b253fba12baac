import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {
  abilityDifference,
  bradleyTerry,
  type Preference,
  rng,
  studentTwoSided
} from "../../../src/base/stats/index.js";
import {expectClose, fixtures, published, readJson} from "./support.js";

const baseball = published("bradley-terry-baseball");

function games(): Preference[] {
  const lines = readFileSync(join(baseball!, "baseball.csv"), "utf8").trim().split("\n").slice(1);
  return lines.flatMap((line): Preference[] => {
    const [first, second, home, away] = line.replaceAll('"', "").split(",");
    const pair = {first: first!, second: second!};
    return [
      {...pair, winner: "first", weight: Number(home)},
      {...pair, winner: "second", weight: Number(away)}
    ];
  });
}

describe("Bradley–Terry", () => {
  it.skipIf(!baseball)("gives Agresti's abilities and errors for the 1987 American League", () => {
    const expected = readJson(baseball!, "expected.json");
    const fit = bradleyTerry(games(), {reference: "Baltimore"})!;
    const sorted = fit.abilities.map((a) => a.estimate).sort((a, b) => a - b);
    expect(sorted.slice(1).map((x) => Number(x.toFixed(2)))).toEqual(
      expected.model1_no_home_effect_log_abilities_vs_Baltimore_sorted_published
    );
    for (const [team, [ability, error]] of Object.entries<[number, number]>(expected.recomputed_model1)) {
      const ours = fit.abilities.find((a) => a.name === team)!;
      expect(ours.estimate).toBeCloseTo(ability, 6);
      expect(ours.standardError).toBeCloseTo(error, 6);
    }
    expect(fit.abilities.find((a) => a.name === "Baltimore")).toMatchObject({estimate: 0, standardError: 0});
  });

  it.skipIf(!baseball)("gives the published home advantage and abilities that add up to one", () => {
    const expected = readJson(baseball!, "expected.json");
    const fit = bradleyTerry(games(), {order: true})!;
    expect(fit.order!.estimate).toBeCloseTo(expected.recomputed_home[0], 6);
    expect(fit.order!.standardError).toBeCloseTo(expected.recomputed_home[1], 6);
    const odds = fit.abilities.map((a) => Math.exp(a.estimate));
    const total = odds.reduce((a, b) => a + b, 0);
    expect(odds.map((x) => Number((x / total).toFixed(3))).sort()).toEqual(
      expected.model2_home_effect.abilities_sum_to_1_sorted_published
    );
    expect(fit.n).toBe(273);
  });

  const preferences = fixtures.bradley_terry.games.map(([prompt, i, j, win]: number[]): Preference => ({
    first: fixtures.bradley_terry.names[i!],
    second: fixtures.bradley_terry.names[j!],
    winner: win ? "first" : "second",
    cluster: prompt!
  }));

  it("agrees with statsmodels' logit, plain and clustered by prompt, with an order effect", () => {
    const {parameters, model_se, cluster_se} = fixtures.bradley_terry;
    const plain = preferences.map((preference: Preference) => ({...preference, cluster: undefined}));
    for (const [list, errors] of [
      [plain, model_se],
      [preferences, cluster_se]
    ]) {
      const fit = bradleyTerry(list, {reference: "a", order: true})!;
      const effects = [...fit.abilities.slice(1), fit.order!];
      effects.forEach((effect, i) => {
        expectClose(effect.estimate, parameters[i], 1e-7);
        expectClose(effect.standardError, errors[i], 1e-6);
      });
    }
  });

  it("clustered, takes t with one degree of freedom less than prompts for its interval and p value", () => {
    const few = preferences.filter(({cluster}: Preference) => Number(cluster) < 12);
    const fit = bradleyTerry(few, {reference: "a"})!;
    expect(fit.clusters).toBe(12);
    const {estimate, standardError, low, high, p} = abilityDifference(fit, "b", "a")!;
    // t(11) at 0.975.
    expectClose(high - low, 2 * 2.200985 * standardError, 1e-6);
    expectClose(p, studentTwoSided(estimate / standardError, 11), 1e-9);
    expectClose(fit.abilities[1]!.low, low, 1e-9);
  });

  it("a prior adds no clusters: one too small to matter leaves interval and p value as they are", () => {
    const few = preferences.filter(({cluster}: Preference) => Number(cluster) < 12);
    const plain = bradleyTerry(few)!;
    const penalised = bradleyTerry(few, {prior: 1e-9})!;
    expect(penalised.clusters).toBe(12);
    const [one, other] = [plain, penalised].map((fit) => abilityDifference(fit, "b", "a")!);
    for (const key of ["estimate", "standardError", "low", "high", "p"] as const)
      expectClose(other![key], one![key], 1e-6);
    const alone = preferences.filter(({cluster}: Preference) => cluster === few[0]!.cluster);
    expect(bradleyTerry(alone, {prior: 1})).toBeUndefined();
  });

  it("with a prior misses a difference of few prompts in about 5% of cases", () => {
    const names = ["a", "b", "c", "d"];
    const missed = Array.from({length: 300}, (_, seed) => {
      const next = rng(seed, "coverage");
      const list = [0, 1, 2, 3, 4].flatMap((cluster) => {
        const own = names.map(() => next.normal());
        return names.flatMap((first, i) =>
          names.slice(i + 1).flatMap((second, k) =>
            [1, 2, 3, 4].map((): Preference => {
              const chance = 1 / (1 + Math.exp(own[i + 1 + k]! - own[i]!));
              return {first, second, winner: next() < chance ? "first" : "second", cluster};
            })
          )
        );
      });
      const {low, high} = abilityDifference(bradleyTerry(list, {prior: 0.1})!, "a", "b")!;
      return low > 0 || high < 0;
    });
    expect(missed.filter(Boolean).length / missed.length).toBeLessThan(0.08);
  });

  it("who never lost has at least the error that the prior alone gives, in clusters as without", () => {
    const list = Array.from({length: 40}, (_, i): Preference => ({
      first: "a",
      second: "b",
      winner: "first",
      cluster: i >> 1
    }));
    for (const prior of [0.1, 0.5]) {
      const plain = bradleyTerry(
        list.map((game) => ({...game, cluster: undefined})),
        {prior}
      )!;
      const errors = [bradleyTerry(list, {prior})!, plain].map(
        (fit) => abilityDifference(fit, "a", "b")!.standardError
      );
      expect(errors[0]! / errors[1]!).toBeGreaterThan(0.95);
      expect(errors[0]! / errors[1]!).toBeLessThan(1.1);
    }
  });

  it("with ties agrees with Davidson's likelihood maximised by SciPy", () => {
    const {counts, parameters, se} = fixtures.davidson;
    const list = counts.flatMap(([i, j, win, loss, tie]: number[]): Preference[] => {
      const pair = {first: "abc"[i!]!, second: "abc"[j!]!};
      return [
        {...pair, winner: "first", weight: win},
        {...pair, winner: "second", weight: loss},
        {...pair, winner: "tie", weight: tie}
      ];
    });
    const fit = bradleyTerry(list, {reference: "a"})!;
    [...fit.abilities.slice(1), fit.tie!].forEach((effect, i) => {
      expect(effect.estimate).toBeCloseTo(parameters[i], 6);
      expect(effect.standardError).toBeCloseTo(se[i], 5);
    });
    const tiesAsLosses = bradleyTerry(
      list.map((p: Preference) => (p.winner === "tie" ? {...p, winner: "first"} : p))
    )!;
    expect(tiesAsLosses.tie).toBeUndefined();
  });

  it("differences do not depend on the reference, the order of rows or which side a candidate was on", () => {
    const fit = bradleyTerry(preferences, {reference: "a"})!;
    const centred = bradleyTerry(
      [...preferences].reverse().map(({first, second, winner, cluster}: Preference): Preference => ({
        first: second,
        second: first,
        winner: winner === "first" ? "second" : "first",
        cluster
      }))
    )!;
    const one = abilityDifference(fit, "c", "d")!;
    const other = abilityDifference(centred, "c", "d")!;
    for (const key of ["estimate", "standardError", "p", "chance"] as const)
      expectClose(one[key], other[key], 1e-7);
    expect(centred.abilities.reduce((sum, a) => sum + a.estimate, 0)).toBeCloseTo(0, 10);
    expect(abilityDifference(fit, "c", "nobody")).toBeUndefined();
  });

  it("a prompt judged five times over is one prompt: clustered errors stay, plain ones shrink", () => {
    const repeated = [1, 2, 3, 4, 5].flatMap(() => preferences);
    const once = bradleyTerry(preferences)!;
    const five = bradleyTerry(repeated)!;
    once.abilities.forEach((a, i) => expectClose(five.abilities[i]!.standardError, a.standardError, 1e-6));
    expect(five.clusters).toBe(60);
  });

  it("is undefined when someone never lost, unless a prior says that nobody is unbeatable", () => {
    const list: Preference[] = [
      {first: "a", second: "b", winner: "first", weight: 9},
      {first: "b", second: "c", winner: "first", weight: 2},
      {first: "c", second: "b", winner: "first", weight: 3}
    ];
    expect(bradleyTerry(list)).toBeUndefined();
    expect(bradleyTerry([])).toBeUndefined();
    const fit = bradleyTerry(list, {prior: 0.5})!;
    expectClose(abilityDifference(fit, "a", "b")!.estimate, Math.log(9.5 / 0.5), 1e-6);
    expect(() => bradleyTerry(list, {prior: 1, reference: "z"})).toThrow("no preferences about z");
  });
});

import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {filtersFor} from "../../../src/report/components/examples/exampleFilters.js";
import {differences} from "../../../src/report/components/candidates/differences.js";
import {disagreements} from "../../../src/report/components/rowByRow/disagreements.js";
import {overview, leadText} from "../../../src/report/components/verdict/overview.js";
import {twinsOf} from "../../../src/report/components/candidates/twinsOf.js";
import {slices} from "../../../src/report/components/candidates/slices.js";
import type {VerdictRace} from "../../../src/evals/decisions/types.js";
import {comparisons} from "../../../src/report/site/comparisons.js";
import type {ScorerComparisons} from "../../../src/report/site/types.js";
import {type ImportedRun, importedRun} from "./support/importedRun.js";
import {onPage, textOf} from "./support/page.js";

onPage();

async function comparedOf({store, run}: ImportedRun): Promise<ScorerComparisons> {
  for await (const one of comparisons(store, run.id)) return one;
  throw new Error("no scorer");
}

function lines(names: readonly string[]): string[] {
  const scores = Array.from({length: 20}, (_, i) =>
    names.map((name, c) => `r${i},${name},${Number((i + 3 * c) % 4 > 0)},${i % 2 ? "odd" : "even"}`)
  );
  return ["row,candidate,score,parity", ...scores.flat()];
}

describe("the pages of a run", () => {
  let alone: ImportedRun;
  let two: ImportedRun;
  let found: ScorerComparisons;
  beforeAll(async () => {
    alone = await importedRun(lines(["solo"]), {slices: ["parity"]});
    two = await importedRun(lines(["a", "b"]), {slices: ["parity"]});
    found = await comparedOf(alone);
  });
  afterAll(() => {
    alone.store.close();
    two.store.close();
  });

  it("with one candidate say that there is none to compare it with, and nothing of tests", () => {
    const {view, rows} = alone;
    const compared = {all: found, shown: found.cuts[0]!, verdict: view.verdict};
    const choice = {scorer: view.primaryScorer, slice: undefined};
    expect(textOf(differences(compared, "solo"))).toBe(
      "The others against solo The run has one candidate, and nothing to compare it with."
    );
    expect(textOf(disagreements(rows, choice, {first: "solo", second: "solo"}))).toMatch(
      /The run has one candidate, solo, and nothing to compare it with\.$/
    );
    const shown = [overview(view), slices(view, compared, "solo")].map(textOf).join(" ");
    expect(shown).not.toMatch(/Holm|only chance|Dashed|not shown to be worse than it|1 candidates/);
    expect(shown).toContain("Scores of 1 candidate in 2 slices");
    expect(filtersFor(rows, view.primaryScorer).map(({label}) => label)).toEqual([
      "All rows",
      "All wrong",
      "All right",
      "Some candidate has no score"
    ]);
  });

  it("do not call a split clean whose test rows are near-twins of training rows", () => {
    const of = (nearTwins: number) =>
      textOf(overview({...two.view, imported: undefined, leakage: {exact: 0, nearTwins}}));
    expect(of(0.288)).toContain("28.8% of the short test rows are near-twins of a training row");
    expect(of(0.004)).not.toContain("near-twins");
  });

  it("counts weights once that several candidates share", () => {
    const {verdict} = two.view;
    const summaries = ["a", "b", "c"].map((candidate) => ({...verdict.summaries[0]!, candidate}));
    const shared = {...verdict, summaries, set: ["a", "c"], sameWeights: [["a", "b"]]};
    expect(leadText(shared)).toBe("2 of 2 may be the best");
    expect(leadText({...shared, set: ["a", "b"]})).toBe("a leads 1 other");
    expect(twinsOf("a", shared)).toEqual(["b"]);
  });

  it("with two do not speak of a correction for one comparison", async () => {
    const all = await comparedOf(two);
    const {verdict} = two.view;
    const other = verdict.summaries.at(-1)!.candidate;
    for (const reference of [verdict.best!, other]) {
      const text = textOf(differences({all, shown: all.cuts[0]!, verdict}, reference));
      expect(text).toContain("The p value is of one comparison alone, and needs no correction.");
    }
  });

  it("that a race over rows with groups decided name the groups", async () => {
    const all = await comparedOf(two);
    const race = {id: "r", grouped: true} as VerdictRace;
    const verdict = {...two.view.verdict, race};
    const text = textOf(differences({all, shown: all.cuts[0]!, verdict}, verdict.best!));
    expect(text).toContain("Each group of rows counts once, with its mean, so that a difference is that of");
    expect(text).toContain("Groups both have");
  });
});

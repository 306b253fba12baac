// @module-tag long
import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {verdictText} from "../../../src/cli/evals/verdict/verdictText.js";
import {readRowFiles} from "../../../src/report/components/rows/runRows.js";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {withVerdictText} from "../../../src/report/site/bundle/withoutScripts.js";
import {comparisons} from "../../../src/report/site/comparisons.js";
import {costs, runRows, runVerdict, verdicts} from "../../../src/report/site/index.js";
import type {ScorerComparisons} from "../../../src/report/site/types.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore, type RunManifest, type Store} from "../../../src/base/store/index.js";
import {stars} from "../../support/stars.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const SPLIT = {strategy: "given", column: "part"} as const;
const rows = Array.from({length: 120}, (_, i) => ({
  id: `r${i}`,
  text: `row ${i}`,
  label: ["abcd", "bcda", "cdab"][i % 3]!,
  kind: i % 2 ? "odd" : "even",
  part: "test"
}));
/** Two characters of four are right in a row of `every`, elsewhere all. */
const answers = (every: number) =>
  rows.map(({id, label}, i) => ({id, output: i % every === 0 ? `${label.slice(0, 2)}zz` : label}));

describe("a run scored in stars and in shares", () => {
  let store: Store;
  const runs: Record<string, RunManifest> = {};
  beforeAll(async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pull(
      workspace,
      defineDataset({name: "q", id: "id", text: "text", source: {kind: "rows", rows: () => rows}})
    );
    store = await openStore(workspace);
    const split = await ensureSplit(store, version, SPLIT);
    const of = (name: string, every: number, usd: number) =>
      candidate(
        name,
        recorded({
          name: `recorded ${name}`,
          rows: answers(every),
          usage: () => ({promptTokens: 100, completionTokens: 10}),
          price: {inputUsdPerMillion: usd, outputUsdPerMillion: usd, asOf: "2026-11-01", source: "made up"}
        }),
        name
      );
    for (const [evalName, primary, margin] of [
      ["by-stars", "stars", 0.5],
      ["by-shares", "exact", 0.05]
    ] as const) {
      const definition = defineEval({
        dataset: "q",
        split: SPLIT,
        prompt: "{{text}}",
        expected: "label",
        slices: ["kind"],
        // "twin" stands after "again" by name, and before it here.
        candidates: [of("twin", 6, 5), of("again", 6, 5), of("worse", 4, 1)],
        scorers: {exact: exactMatch, stars},
        primary,
        margin
      });
      runs[evalName] = (await runEval(definition, {store, version, split, evalName})).manifest!;
      store.refresh();
    }
  });
  afterAll(() => store.close());

  const compared = async (evalName: string) => {
    const found: Record<string, ScorerComparisons> = {};
    for await (const one of comparisons(store, runs[evalName]!.id)) found[one.scorer] = one;
    return found;
  };
  const margins = ({cuts}: ScorerComparisons) => [...new Set(cuts.map(({verdict}) => verdict.margin))];

  it("compares by the margin of the scorer that decides, and by none of it elsewhere", async () => {
    const byStars = await compared("by-stars");
    expect([margins(byStars["stars"]!), margins(byStars["exact"]!)]).toEqual([[0.5], [0.01]]);
    const byShares = await compared("by-shares");
    expect([margins(byShares["exact"]!), margins(byShares["stars"]!)]).toEqual([[0.05], [0]]);
    expect(byStars["stars"]!.cuts[0]!.verdict.sentence).toMatch(/less than 0\.5: a tie\. Choose by cost\.$/);
    for (const {cuts} of [byStars["exact"]!, byShares["stars"]!])
      for (const {verdict} of cuts) expect(verdict.sentence).not.toMatch(/cost/);
  });

  it("writes stars in the terminal and to the pages", async () => {
    const {run, verdict} = await runVerdict(store, runs["by-stars"]!);
    const text = verdictText(run, verdict);
    expect(text).toMatch(/^again +4\.667 +4\.\d+ to 4\.\d+ +120\/120 +best$/m);
    expect(text).not.toMatch(/points|[1-9]\d\d\.\d/);
    const shown = (await verdicts(store)).runs.find(({id}) => id === run.id)!;
    expect(shown.verdict.scale).toBe("plain");
    expect(shown.verdict.sentence).toBe(verdict.sentence);
    const dist = await temporaryProject();
    await mkdir(join(dist, "_file", "data"), {recursive: true});
    await writeFile(join(dist, "_file", "data", "verdicts.json"), JSON.stringify({runs: [shown]}));
    expect(await withVerdictText(dist, "<main>")).toMatch(
      /again<\/th><td>4\.667<\/td><td>4\.\d+ to 4\.\d+<\/td>/
    );
  });

  it("says of each scorer whether its scores are right or wrong, or graded", () => {
    for (const {scorers} of Object.values(runs))
      expect(Object.fromEntries(scorers.map(({name, binary}) => [name, binary]))).toEqual({
        exact: true,
        stars: false
      });
  });

  it("marks the middle of the range that a scorer states, and none of one that states none", async () => {
    const printed = new Map(
      (await runRows(store, runs["by-stars"]!.id)).map(({name, content}) => [name, content])
    );
    const {scorers} = await readRowFiles((name) => Promise.resolve(printed.get(name) as Uint8Array));
    expect(scorers.map(({name, scale, half}) => [name, scale, half])).toEqual([
      ["exact", "proportion", 0.5],
      ["stars", "plain", undefined]
    ]);
  });

  it("says without scripts what stands against a verdict, that it is partial or imported, and no interval where none is", async () => {
    const [run] = (await verdicts(store)).runs;
    const {verdict} = run!;
    const [first, ...others] = verdict.summaries;
    const files = [{path: "res.csv", sha256: "", tool: "csv", answers: 1}];
    const shown = {
      ...run,
      status: "partial",
      imported: {by: "<me>", files},
      verdict: {
        ...verdict,
        summaries: [first, {...others[0], mean: undefined, low: undefined, high: undefined}],
        risks: [{kind: "partial", sentence: "The run is partial: <stopped>."}],
        warnings: ["One more."]
      }
    };
    const dist = await temporaryProject();
    await mkdir(join(dist, "_file", "data"), {recursive: true});
    await writeFile(join(dist, "_file", "data", "verdicts.json"), JSON.stringify({runs: [shown]}));
    const html = await withVerdictText(dist, "<main>");
    expect(html).toMatch(/<h2>[^<]*, partial run, imported scores<\/h2>/);
    expect(html).toContain("<p>Scores imported by &#60;me&#62; from csv (version not stated)");
    expect(html).toContain(
      "<h3>Before you trust it</h3><ul><li>The run is partial: &#60;stopped&#62;.</li><li>One more.</li></ul>"
    );
    expect(html).toContain("<td>–</td><td>–</td>");
    expect(html).not.toContain("– to");
  });

  it("names one best on the page of costs and in the verdict where two have the same mean", async () => {
    for (const {run, samples, scale} of await costs(store)) {
      const {verdict} = (await verdicts(store)).runs.find(({id}) => id === run)!;
      expect(verdict.best).toBe("again");
      expect(samples.filter(({best}) => best).map(({name}) => name)).toEqual(["again"]);
      expect(scale).toBe(verdict.scale);
    }
  });
});

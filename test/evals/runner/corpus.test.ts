// @module-tag long
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {printChecks} from "../../../src/cli/evals/check/check.js";
import {checkEvals} from "../../../src/report/gates/index.js";
import {checkHistory} from "../../../src/cli/evals/check/checkHistory.js";
import {gatesAsMarkdown} from "../../../src/report/gates/gateReports.js";
import {readRowFiles, rowsIn, scoreTableOf} from "../../../src/report/components/rows/runRows.js";
import {defineDataset, pull, purge} from "../../../src/data/datasets/index.js";
import {tableOfRows} from "../../../src/evals/decisions/columns.js";
import {cutOf} from "../../../src/evals/decisions/cut.js";
import {decide, scoreTable, tableAsIn, decidingValues} from "../../../src/evals/decisions/index.js";
import {runRace} from "../../../src/evals/races/runRace.js";
import {
  candidate,
  compareRuns,
  defineEval,
  type EvalDefinition,
  runEval,
  type RunInputs
} from "../../../src/evals/runner/index.js";
import {
  bleu,
  chrf,
  classification,
  type ScoreInput,
  type ScoreResult,
  ter,
  wer
} from "../../../src/evals/scorers/index.js";
import {cascadeStages, runRows, runVerdict, verdicts} from "../../../src/report/site/index.js";
import {comparisons} from "../../../src/report/site/comparisons.js";
import type {ScorerComparisons} from "../../../src/report/site/types.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {mean} from "../../../src/base/stats/index.js";
import {openStore, type RunManifest, type Store} from "../../../src/base/store/index.js";
import {assay} from "../../support/assay.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {printed} from "../../support/printed.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {server} from "./support/project.js";

const long = Array.from({length: 20}, (_, i) => `w${i}`);

/** "brief" is right on the short rows and on half of the long one; "steady" wrong on a short one and right on the long. */
const ROWS = [
  {id: "r0", source: "yes", reference: "yes", brief: "yes", steady: "no"},
  {id: "r1", source: "no", reference: "no", brief: "no", steady: "no"},
  {
    id: "r2",
    source: "long",
    reference: long.join(" "),
    brief: long.map((word, i) => (i % 2 ? word : "x")).join(" "),
    steady: long.join(" ")
  }
];

describe("a run that decides by a corpus figure", () => {
  let model: ModelServer;
  let store: Store;
  let project: string;
  let inputs: Omit<RunInputs, "evalName">;
  let answers: Map<string, (typeof ROWS)[number]>;
  beforeAll(async () => {
    model = await startModelServer({
      models: ["brief", "steady"],
      answer: ({prompt, body}) => answers.get(prompt)![body.model as "brief" | "steady"]
    });
  });
  afterAll(() => model.close());
  const open = async (rows: typeof ROWS, part: "test" | "held-out" = "test") => {
    answers = new Map(rows.map((row) => [row.source, row]));
    project = await temporaryProject();
    const dataset = defineDataset({
      name: "sentences",
      id: "id",
      source: {
        kind: "rows",
        rows: () =>
          rows.map(({id, source, reference}, i) => ({id, source, reference, half: `h${i % 2}`, part}))
      }
    });
    const first = await openStore(project);
    const {version} = await pull(first.workspace, dataset);
    first.close();
    store = await openStore(project);
    inputs = {store, version, split: await ensureSplit(store, version, {strategy: "given", column: "part"})};
  };
  beforeEach(() => open(ROWS));
  afterEach(() => store.close());
  const definition = (scorers: EvalDefinition["scorers"], changes: Partial<EvalDefinition> = {}) => {
    const endpoint = server(model.url);
    return defineEval({
      dataset: "sentences",
      split: {strategy: "given", column: "part"},
      candidates: ["brief", "steady"].map((name) => candidate(name, endpoint, name)),
      prompt: "{{source}}",
      expected: "reference",
      slices: ["half"],
      scorers,
      ...changes
    });
  };
  const run = async (one: EvalDefinition, options: RunInputs["options"] = {}, evalName = "translate") => {
    const made = await runEval(one, {...inputs, evalName, options: {preflight: false, ...options}});
    store.refresh();
    return made.manifest!;
  };
  const means = async (of: RunManifest) =>
    Object.fromEntries(
      (await runVerdict(store, of)).verdict.summaries.map(({candidate: name, mean: own}) => [name, own])
    );

  it("names the winner of the corpus, where the mean of the rows names the other", async () => {
    const made = await run(definition({wer}));
    expect(made.scorers[0]).toMatchObject({corpus: {figure: "ratio", of: "edits", over: "words"}});
    const {verdict, table} = await runVerdict(store, made);
    expect(table.candidates.map((_, c) => mean(table.values[c]!))).toEqual([
      expect.closeTo((100 + 100 + 50) / 3),
      expect.closeTo((0 + 100 + 100) / 3)
    ]);
    expect(verdict).toMatchObject({best: "steady", figure: "100 − corpus WER"});
    expect(await means(made)).toEqual({
      steady: expect.closeTo(100 - 100 / 22, 9) as number,
      brief: expect.closeTo(100 - 1000 / 22, 9) as number
    });
    expect(verdict.warnings).toContain("100 − corpus WER is a figure of 3 rows: its interval is rough.");
  });

  it("says so in the terminal, in a pull request's comment and in the pages' data", async () => {
    const gate = [{minScore: 90, candidate: "steady"}];
    const one = definition({wer}, {gate});
    const made = await run(one);
    const {stdout} = await assay(project, "verdict", "translate");
    expect(stdout).toMatch(/candidate +100 − corpus WER \(wer\)/);
    expect(stdout).toMatch(/steady +95\.455/);
    const evals = [{name: "translate", path: "evals/translate.ts", sha256: "", definition: one}];
    const checked = await checkEvals(store, evals);
    const text = await printed(async () => printChecks(checked, evals));
    expect(text).toMatch(/100 − corpus WER at least 90 +95\.455/);
    expect(gatesAsMarkdown({checked})).toContain("in 100 − corpus WER");
    const [view] = (await verdicts(store)).runs;
    expect(view).toMatchObject({
      id: made.id,
      scorers: [{name: "wer", figure: "100 − corpus WER"}],
      verdict: {best: "steady", figure: "100 − corpus WER"}
    });
  });

  it("gives pages the figure of each slice, and the counts to make it of other rows", async () => {
    const made = await run(definition({wer}));
    const {value: found} = await comparisons(store, made.id).next();
    const inSlice = (found as ScorerComparisons).cuts.find(({slice}) => slice?.value === "h0")!;
    const own = inSlice.verdict.summaries.find(({candidate: name}) => name === "steady")!;
    expect(own.mean).toBeCloseTo(100 - 100 / 21, 9);
    const files = new Map((await runRows(store, made.id)).map(({name, content}) => [name, content]));
    const rows = await readRowFiles((name) => Promise.resolve(files.get(name) as Uint8Array), {
      scorers: ["wer"],
      counts: ["wer"],
      clusters: true
    });
    expect([0, 1, 2].map((row) => rows.score("wer", "steady", row)).sort()).toEqual([0, 100, 100]);
    const table = scoreTableOf(rows, "wer", rowsIn(rows));
    const cut = cutOf(tableOfRows(table, rowsIn(rows, {name: "half", value: "h0"})), {
      margin: 0,
      seed: made.seed,
      scale: "plain"
    });
    expect(cut.verdict.summaries).toEqual(
      inSlice.verdict.summaries.map((one) => expect.objectContaining(one) as object)
    );
    expect(cut.pairs).toEqual(inSlice.pairs);
  });

  it("of BLEU, chrF, TER and macro F1 is the figure of all rows, and the mean of rows when told so", async () => {
    const scorers = {
      bleu: bleu(),
      chrf: chrf(),
      ter: ter(),
      macro: classification({average: "f1_macro"}),
      sentence: bleu({level: "sentence"}),
      accuracy: classification()
    };
    const made = await run(definition(scorers));
    const decided = async (scorer: string) => {
      const table = await scoreTable(store, made.id, scorer);
      const {summaries, figure} = decide(table, {margin: 0, seed: "s"});
      const values = Object.fromEntries(summaries.map(({candidate: name, mean: own}) => [name, own]));
      return {...values, figure};
    };
    expect(await decided("ter")).toMatchObject({steady: expect.closeTo(100 - 100 / 22, 9) as number});
    expect(await decided("bleu")).toMatchObject({figure: "corpus BLEU"});
    expect(await decided("macro")).toEqual({
      brief: expect.closeTo(2 / 3, 9) as number,
      steady: expect.closeTo((0 + 2 / 3 + 1) / 3, 9) as number,
      figure: "macro F1"
    });
    const sentence = await scoreTable(store, made.id, "sentence");
    expect(sentence.corpus).toBeUndefined();
    expect(await decided("accuracy")).toEqual({
      brief: expect.closeTo(2 / 3) as number,
      steady: expect.closeTo(2 / 3) as number,
      figure: undefined
    });
  });

  it("is compared with an earlier run by the same figure, and one without it in its record reads as before", async () => {
    const first = await run(definition({wer}));
    answers.set("long", {...ROWS[2]!, steady: ROWS[2]!.brief});
    const second = await run(definition({wer}), {noReuse: true});
    const {figure, candidates} = await compareRuns(store, first.id, second.id);
    const steady = candidates.find(({candidate: name}) => name === "steady")!;
    expect(figure).toBe("100 − corpus WER");
    expect(steady).toMatchObject({worsened: 1, improved: 0});
    expect(steady.difference!.estimate).toBeCloseTo(-1000 / 22, 9);
    expect([steady.a!.mean, steady.b!.mean]).toEqual([
      expect.closeTo(100 - 100 / 22),
      expect.closeTo(100 - 1100 / 22)
    ]);
    const old = await scoreTable(store, first.id, "wer", null);
    expect(old.corpus).toBeUndefined();
    expect(decide(old, {margin: 0, seed: "s"})).toMatchObject({best: "brief", figure: undefined});
    const evals = [
      {name: "translate", path: "evals/translate.ts", sha256: "", definition: definition({wer})}
    ];
    const text = await printed(async () => void (await checkHistory(store, evals, {})));
    expect(text).toContain("the mean of the rows' scores of wer is followed, not 100 − corpus WER");
  });

  it("is read as the newer run is decided, whichever of the two goes by the corpus", async () => {
    const sentence = await run(definition({mt: bleu({level: "sentence"})}));
    const corpus = await run(definition({mt: bleu()}));
    expect((await tableAsIn(store, sentence.id, corpus)).corpus?.figure).toEqual(corpus.scorers[0]!.corpus);
    expect((await tableAsIn(store, corpus.id, sentence)).corpus).toBeUndefined();
  });

  it("fails a score of a team's own scorer whose details lack the counts", async () => {
    const own = Object.assign(
      ({output, expected}: ScoreInput): ScoreResult => {
        const right = output === expected ? 1 : 0;
        return {value: right, details: output === "no" ? {right} : {right, asked: 2}};
      },
      {corpus: {figure: "ratio" as const, of: "right", over: "asked"}}
    );
    const made = await run(definition({own}));
    const {verdict} = await runVerdict(store, made);
    expect(verdict.figure).toBe("right / asked");
    expect(verdict.summaries).toMatchObject([
      {candidate: "steady", scored: 1, mean: 0.5},
      {candidate: "brief", scored: 2, mean: 0.25}
    ]);
    const [failure] = await store.rows<{reason: string}>(
      "select distinct reason from scores where status = 'failed'"
    );
    expect(failure!.reason).toBe("Its details lack what right / asked is made of: right, asked.");
  });

  it("has its figure on a held-out part, where the words of rows and labels are hidden", async () => {
    store.close();
    await open(ROWS, "held-out");
    const scorers = {wer, macro: classification({average: "f1_macro"})};
    const made = await run(definition(scorers, {part: "held-out"}), {final: true, why: "a test"});
    expect(await means(made)).toMatchObject({steady: expect.closeTo(100 - 100 / 22, 9) as number});
    const {warnings, summaries} = decide(await scoreTable(store, made.id, "macro"), {margin: 0, seed: "s"});
    expect(summaries.map(({mean: own}) => own)).toEqual([expect.closeTo(2 / 3, 9), expect.closeTo(5 / 9, 9)]);
    expect(warnings).toContain(
      "3 of 3 labels have one or two rows and count in macro F1 as much as any other: its interval is rough."
    );
    const shown = await store.rows<{details: string}>("select details from scores order by 1");
    expect(shown.map(({details}) => details).join()).not.toMatch(/yes|no\b|w1/);
  });

  it("cannot be raced, which is said before anything is asked", async () => {
    model.requests.length = 0;
    const race = runRace(definition({bleu: bleu()}), {...inputs, evalName: "translate"}, {errorRate: 0.05});
    await expect(race).rejects.toThrow(/decides by corpus BLEU.*level: "sentence"/);
    expect(model.requests).toEqual([]);
  });

  it("is no ground for a cascade, whose bound is on the mean of rows", async () => {
    const made = await run(definition({macro: classification({average: "f1_macro"})}));
    await expect(cascadeStages(store, made, ["brief", "steady"])).rejects.toThrow(/decided by macro F1/);
  });

  it("refuses a corpus figure that it does not know when the eval is read", () => {
    const wrong = (corpus: object) => definition({own: Object.assign(() => 1, {corpus}) as never});
    expect(() => wrong({figure: "rouge"})).toThrow(/is no corpus figure/);
    expect(() => wrong({figure: "ratio", of: "a b", over: "c"})).toThrow(/is no corpus figure/);
    expect(() => wrong({figure: "ratio", of: "a", over: "b"})).not.toThrow();
  });

  it("keeps its figure when rows are erased, labels apart", async () => {
    const made = await run(definition({wer, macro: classification({average: "f1_macro"})}));
    const before = await means(made);
    await purge(store.workspace, "sentences", {where: "row_id = 'r2'", reason: "asked"} as never);
    store.refresh();
    expect(await means(made)).toEqual(before);
    const macro = await scoreTable(store, made.id, "macro");
    expect(decidingValues(macro, "brief").filter((value) => value !== undefined)).toHaveLength(2);
    const [kept] = await store.rows<{details: string}>(
      "select details from scores where scorer = 'wer' and candidate = 'brief' and starts_with(row_id, 'erased-')"
    );
    expect(JSON.parse(kept!.details)).toEqual({edits: 10, words: 20});
  });
});

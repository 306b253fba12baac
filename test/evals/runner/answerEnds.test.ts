import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {endsText} from "../../../src/cli/evals/runs/failures.js";
import {outcomeText} from "../../../src/cli/evals/run/run.js";
import {candidate, type EvalDefinition, runEval} from "../../../src/evals/runner/index.js";
import {
  bleu,
  exactMatch,
  humanLabels,
  includes,
  judgeRating,
  type Scorer,
  wer
} from "../../../src/evals/scorers/index.js";
import {runVerdict} from "../../../src/report/site/index.js";
import {openDatabase} from "../../../src/base/store/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "./support/project.js";

const choice = (finish_reason: string, message: object) => ({
  body: {choices: [{index: 0, finish_reason, message: {role: "assistant", ...message}}]}
});

/** "item 3 is red": the refusal says the label that is asked for. */
const labelOf = (prompt: string) => prompt.split(" ").at(-1)!;

describe("answers that did not end by themselves", () => {
  let model: ModelServer;
  let project: Project;
  beforeAll(async () => {
    model = await startModelServer({
      models: ["good", "cut", "refuses", "refuses-with-stop", "filtered", "empty", "judge"],
      behave({body, prompt}) {
        if (body.model === "cut") return choice("length", {content: "", reasoning_content: "Let me think"});
        if (body.model === "refuses")
          return choice("content_filter", {content: null, refusal: `No ${labelOf(prompt)}`});
        if (body.model === "refuses-with-stop") return choice("stop", {refusal: labelOf(prompt)});
        if (body.model === "filtered") return choice("content_filter: SAFETY", {content: labelOf(prompt)});
        if (body.model === "letter") return choice("length", {content: "A"});
        if (body.model === "empty") return choice("stop", {content: " \n"});
        if (body.model === "judge") return {text: prompt.includes("No ") ? "[[1]]" : "[[10]]"};
        return undefined;
      }
    });
    project = await wordsProject(await temporaryProject(), 60);
  });
  afterAll(async () => {
    project.store.close();
    await model.close();
  });

  const run = async (name: string, models: string[], changes: Partial<EvalDefinition> = {}) => {
    const endpoint = server(model.url);
    const definition = wordsEval(endpoint, {
      candidates: models.map((one) => candidate(one, endpoint, one, {params: {max_tokens: 64}})),
      ...changes
    });
    const {store, split} = project;
    const options = {preflight: false, limit: 12};
    const result = await runEval(definition, {...project, evalName: name, options});
    store.refresh();
    const {verdict, ends} = await runVerdict(store, result.manifest!);
    const means = Object.fromEntries(verdict.summaries.map(({candidate: one, mean}) => [one, mean]));
    const outcome = {
      eval: {name, path: `${name}.eval.ts`, sha256: "", definition},
      ...{split, result, verdict, ends}
    };
    return {id: result.manifest!.id, calls: result.calls, verdict, ends, means, text: outcomeText(outcome)};
  };
  const scoresOf = (id: string, scorer: string, of = "refuses") =>
    project.store.rows<{value: number; reason: string | null; details: string | null}>(
      "select value, reason, details from scores where run = $id and scorer = $scorer and candidate = $of",
      {id, scorer, of}
    );

  it("are counted, and a risk of the verdict: cut at max_tokens, refused, empty", async () => {
    const {verdict, ends, text} = await run("ends", ["good", "cut", "refuses", "empty"]);
    const none = {answers: 12, cut: 0, cutEmpty: 0, refused: 0, empty: 0, maxTokens: 64};
    expect(ends).toEqual([
      {...none, candidate: "good"},
      {...none, candidate: "cut", cut: 12, cutEmpty: 12},
      {...none, candidate: "refuses", refused: 12},
      {...none, candidate: "empty", empty: 12}
    ]);
    const said = [
      "12 of 12 answers of cut were cut at max_tokens (64), 12 of them empty: raise max_tokens.",
      "12 of 12 answers of refuses were refused by the model or taken by a filter: ",
      "12 of 12 answers of empty were empty, though they were not cut: "
    ];
    const risks = verdict.risks.filter(({kind}) => kind === "answers").map(({sentence}) => sentence);
    for (const [i, sentence] of said.entries()) {
      expect(risks[i]).toContain(sentence);
      expect(text).toContain(`! ${sentence}`);
    }
    expect(text).toMatch(/cut +12 +12 +12 +– +–\n/);
    expect(endsText([{...none, candidate: "good"}])).toBe("");
  });

  it("are what was asked for where one token was", async () => {
    const letter = candidate("letter", server(model.url), "letter", {params: {max_tokens: 1}});
    const {verdict, ends} = await run("letter", [], {candidates: [letter]});
    expect(ends[0]).toMatchObject({cut: 0, maxTokens: 1});
    expect(verdict.risks.filter(({kind}) => kind === "answers")).toEqual([]);
  });

  it("get no credit by scorers that compare texts when they were refused, whatever the refusal says", async () => {
    const refusing = ["refuses", "refuses-with-stop", "filtered"];
    const {means, id} = await run("refusals", ["good", ...refusing], {scorers: {found: includes()}});
    expect(means).toMatchObject({refuses: 0, "refuses-with-stop": 0, filtered: 0});
    expect(means["good"]).toBeGreaterThan(0.5);
    const [score] = await scoresOf(id, "found");
    expect(score).toMatchObject({value: 0, reason: "refused"});
    const stored = await project.store.rows<{candidate: string; finish_reason: string; output: string}>(
      "select distinct candidate, finish_reason, split_part(output, ' ', 1) as output from completions where run = $id and candidate <> 'good' order by all",
      {id}
    );
    expect(new Set(stored.map((one) => `${one.candidate}: ${one.finish_reason}`))).toEqual(
      new Set(["filtered: content_filter: SAFETY", "refuses: content_filter", "refuses-with-stop: refusal"])
    );
    expect(stored.find((one) => one.candidate === "refuses")!.output).toBe("No");
  });

  it("have counts for corpus figures, the text and a flag for a scorer of one's own, and are read by judges", async () => {
    const seen: unknown[] = [];
    const own: Scorer = ({output, refused}) => {
      seen.push([output.startsWith("No "), refused]);
      return refused ? 1 : 0;
    };
    const judge = judgeRating({endpoint: server(model.url, "judge"), model: "judge", rubric: "Is it so?"});
    const {id, verdict} = await run("kinds", ["refuses", "good"], {
      scorers: {bleu: bleu(), wer, exact: exactMatch, own, judge, people: humanLabels([])},
      primary: "bleu"
    });
    expect(verdict.summaries.find(({candidate: one}) => one === "refuses")!.mean).toBe(0);
    expect(JSON.parse((await scoresOf(id, "wer"))[0]!.details!)).toEqual({edits: 1, words: 1, refused: true});
    expect((await scoresOf(id, "exact"))[0]).toMatchObject({value: 0, reason: "refused"});
    expect((await scoresOf(id, "own"))[0]).toEqual({value: 1, reason: null, details: null});
    expect((await scoresOf(id, "own", "good"))[0]!.value).toBe(0);
    expect(seen).toContainEqual([true, true]);
    expect(seen).toContainEqual([false, undefined]);
    expect((await scoresOf(id, "judge"))[0]).toMatchObject({value: 0, reason: null});
    expect((await scoresOf(id, "people"))[0]!.reason).toBe("nobody labelled this answer");
  });

  it("are scored anew where an earlier run gave a refusal credit", async () => {
    const scorers = {found: includes()};
    const first = await run("before", ["refuses"], {scorers});
    const file = `${project.store.workspace.dir}/runs/${first.id}/scores.parquet`;
    const db = await openDatabase();
    await db.run(
      `create table s as select * replace (1.0::double as value, null::varchar as reason) from '${file}'`
    );
    await db.run(`copy s to '${file}' (format parquet)`);
    db.close();
    project.store.refresh();
    expect((await scoresOf(first.id, "found"))[0]!.value).toBe(1);
    const again = await run("after", ["refuses"], {scorers});
    expect(again.calls).toBe(0);
    expect(
      new Set((await scoresOf(again.id, "found")).map(({value, reason}) => `${value} ${reason}`))
    ).toEqual(new Set(["0 refused"]));
  });
});

import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {combine, readResults} from "../../../src/evals/importedResults/index.js";

const folder = mkdtempSync(join(tmpdir(), "other-"));
let files = 0;

async function combined(...contents: (string | Buffer | object)[]) {
  const paths = contents.map((content) => {
    const path = join(folder, `f${files++}`);
    const raw = typeof content === "string" || Buffer.isBuffer(content);
    writeFileSync(path, raw ? content : JSON.stringify(content));
    return path;
  });
  return combine(await readResults(paths));
}

describe("CSV", () => {
  const told = async (text: string) =>
    (await combined(text)).answers.map(({row, repeat, scores, failed}) => [
      row,
      repeat,
      failed ?? scores.map(({scorer, value}) => `${scorer} ${value}`).join()
    ]);

  it("a scorer's second score of one row and candidate is another repeat", async () => {
    const text = "row,candidate,scorer,score\na,x,f1,1\na,x,bleu,3\na,x,f1,0\na,x,bleu,4\nb,x,f1,1\n";
    expect(await told(text)).toEqual([
      ["a", 0, "f1 1,bleu 3"],
      ["a", 1, "f1 0,bleu 4"],
      ["b", 0, "f1 1"]
    ]);
    await expect(told("row,candidate,scorer,score,repeat\na,x,f1,1,0\na,x,f1,0,0\n")).rejects.toThrow(
      /twice/
    );
  });

  it("a column called __proto__ is a slice as others are", async () => {
    const rows = Array.from({length: 8}, (_, i) => `r${i},x,1,${i % 2 ? "en" : "de"}\nr${i},y,0,`);
    const {slices, rows: kept} = await combined(`row,candidate,score,__proto__\n${rows.join("\n")}\n`);
    expect(slices).toEqual(["__proto__"]);
    expect(JSON.stringify(kept[7]!.slices)).toBe('{"__proto__":"en"}');
    const late = await combined("row,candidate,score,__proto__\na,x,1,\na,y,1,de\na,z,1,de\n");
    expect(JSON.stringify(late.rows[0]!.slices)).toBe('{"__proto__":"de"}');
    const record = (n: number, metadata: string) =>
      `{"id":"s${n}","input":"q${n}","expected":"a","output":"a","scores":{"m":1},"metadata":${metadata}}`;
    const {rows: logged} = await combined(`[${record(1, '{"__proto__":"de"}')}]`);
    expect(JSON.stringify(logged[0]!.slices)).toBe('{"__proto__":"de"}');
  });

  it("slices rows by what all answers to a row say alike, and names what they say differently", async () => {
    const rows = Array.from({length: 8}, (_, i) =>
      [
        `r${i},x,1,${i % 2 ? "en" : "de"},yes`,
        `r${i},y,0,${i % 2 ? "en" : "de"},${i < 2 ? "yes" : "no"}`
      ].join("\n")
    );
    const text = `row,candidate,score,lang,passed\n${rows.join("\n")}\n`;
    const {slices, notes, rows: kept} = await combined(text);
    expect(slices).toEqual(["lang"]);
    expect(kept[7]!.slices).toEqual({lang: "en"});
    expect(notes).toContainEqual(
      "passed differs between the answers to one row, so the rows are not sliced by it."
    );
    const path = join(folder, "differing.csv");
    writeFileSync(path, text);
    const read = await readResults([path]);
    for (const chosen of [{slices: ["passed"]}, {cluster: "passed"}])
      expect(() => combine(read, chosen)).toThrow(/^(?=.*passed differs between)(?!.*no row has a passed)/s);
  });

  it("epochs are counted from 1, repeats from 0", async () => {
    const expected = [
      ["a", 0, "score 1"],
      ["a", 1, "score 0"]
    ];
    expect(await told("row,candidate,score,epoch\na,x,1,1\na,x,0,2\n")).toEqual(expected);
    expect(await told("row,candidate,score,repeat\na,x,1,0\na,x,0,1\n")).toEqual(expected);
    await expect(told("row,candidate,score,epoch\na,x,1,first\n")).rejects.toThrow(/has the repeat "first"/);
  });

  it("an answer beside an error failed and is never wrong; JUnit's failure is wrong", async () => {
    expect(await told("row,candidate,score,error\na,x,0,HTTP 500\nb,x,1,\nc,x,0,none\n")).toEqual([
      ["a", 0, "HTTP 500"],
      ["b", 0, "score 1"],
      ["c", 0, "score 0"]
    ]);
    expect(await told("test,suite,result,failure\na,x,failed,expected y\n")).toEqual([["a", 0, "score 0"]]);
    const {answers} = await combined("row,candidate,scorer,score,error\na,x,f1,1,\na,x,judge,0,timed out\n");
    expect(answers).toMatchObject([
      {
        failed: undefined,
        scores: [
          {scorer: "f1", value: 1},
          {scorer: "judge", reason: "timed out"}
        ]
      }
    ]);
  });

  it("names costs, tokens and times that are no plain numbers, and leaves out what is not known", async () => {
    const header = "row,candidate,score,latency_ms,cost_usd,prompt_tokens,completion_tokens\n";
    const {answers} = await combined(`${header}a,x,1,12.5, 2e-3 ,1200,\na,y,1,NaN,n/a,-,0\n`);
    expect(answers).toMatchObject([
      {latencyMs: 12.5, costUsd: 0.002, promptTokens: 1200, completionTokens: undefined},
      {latencyMs: undefined, costUsd: undefined, promptTokens: undefined, completionTokens: 0}
    ]);
    const wrong = `${header}a,x,1,ok,$0.002,"1,200",1\nb,x,1,1,-0.001,0x10,-5\nc,x,1,1,true,1,1e999\n`;
    await expect(combined(wrong)).rejects.toThrow(
      'record 1 has the latency "ok"; record 1 has the cost "$0.002"; record 1 has the prompt tokens "1,200"; ' +
        'record 2 has the cost "-0.001"; record 2 has the prompt tokens "0x10"; record 2 has the completion tokens "-5"; ' +
        'record 3 has the cost "true"; record 3 has the completion tokens "1e999"'
    );
  });

  it("UTF-16 with its mark, as spreadsheets write it, is read, and what is none is named", async () => {
    const text = "\ufeffrow,candidate,score\nä,x,1\n";
    const little = Buffer.from(text, "utf16le");
    expect((await combined(little)).rows[0]!.id).toBe("ä");
    expect((await combined(Buffer.from(little).swap16())).rows[0]!.id).toBe("ä");
    await expect(combined(little.subarray(0, little.length - 1))).rejects.toThrow(
      /not UTF-16LE text. Write it as UTF-8/
    );
  });
});

describe("Phoenix", () => {
  it("a person's annotations are apart from a model's of that name on other examples", async () => {
    const of = (example_id: string, annotator_kind: string, score: number) => ({
      example_id,
      input: {},
      reference_output: {},
      output: "x",
      annotations: [{name: "c", annotator_kind, score}]
    });
    const {scorers} = await combined([of("e", "LLM", 1), of("f", "HUMAN", 0)], [of("g", "HUMAN", 0)]);
    expect(scorers.map(({name, human}) => [name, human])).toEqual([
      ["c", false],
      ["c (human)", true]
    ]);
  });

  it("annotations of one name by a model and by a person are scorers apart", async () => {
    const annotations = [
      {name: "c", annotator_kind: "LLM", score: 1},
      {name: "c", annotator_kind: "HUMAN", score: 0}
    ];
    const run = {
      example_id: "e",
      repetition_number: 1,
      input: {},
      reference_output: {},
      output: "x",
      annotations
    };
    const {scorers} = await combined([run]);
    expect(scorers.map(({name, human}) => [name, human])).toEqual([
      ["c", false],
      ["c (human)", true]
    ]);
  });
});

describe("OpenAI Evals", () => {
  const item = (n: number, more: object = {}) => ({
    object: "eval.run.output_item",
    run_id: "r",
    datasource_item_id: n,
    datasource_item: {q: "a"},
    results: [{name: "m", passed: true, score: 1}],
    sample: {model: "gpt", output: [{role: "assistant", content: "x"}], input: [], ...more}
  });
  const page = (has_more: boolean, n: number) => ({object: "list", has_more, data: [item(n)]});

  it("a page after which more follows is told, until the last is there", async () => {
    const {lacks} = await combined(page(true, 0));
    expect(lacks).toEqual([expect.stringMatching(/is not the last page \(`has_more`\): fetch the others/)]);
    expect((await combined(page(true, 0), page(false, 1))).lacks).toEqual([]);
    const lines = (...pages: object[]) => pages.map((one) => JSON.stringify(one)).join("\n");
    expect((await combined(lines(page(true, 0), page(true, 1)))).lacks).toHaveLength(1);
    expect((await combined(lines(page(true, 0), page(false, 1)))).lacks).toEqual([]);
  });

  it("a run that did not end, or counts more output items, is told; one of the runs need not be compared", async () => {
    const run = (more: object) => ({
      object: "eval.run",
      id: "r",
      name: "first",
      status: "completed",
      ...more
    });
    const of = async (more: object) => {
      const runs = {object: "list", has_more: true, data: [run(more), {...run({}), id: "other"}]};
      const {lacks, missing} = await combined(page(false, 0), runs);
      return [lacks.map((text) => text.replace(/^\S+ /, "")), missing];
    };
    expect(await of({result_counts: {total: 1}})).toEqual([[], 0]);
    expect(await of({result_counts: {total: 30}})).toEqual([
      ["counts 30 output items of the run first, of which 1 are there"],
      29
    ]);
    expect(await of({status: "in_progress", result_counts: {total: 1}})).toEqual([
      ["may lack output items of the run first: it did not end (its status is in_progress)"],
      0
    ]);
    expect(await of({status: "canceled", result_counts: {total: 4}})).toEqual([
      [
        "counts 4 output items of the run first, of which 1 are there: it did not end (its status is canceled)"
      ],
      3
    ]);
  });

  it("an error without words is none", async () => {
    const of = (error: object | null) => combined({object: "list", data: [item(0, {error}), item(1)]});
    const failures = [null, {code: "", message: ""}, {code: "rate_limit", message: ""}].map(of);
    expect((await Promise.all(failures)).map(({answers}) => answers[0]!.failed)).toEqual([
      undefined,
      undefined,
      "rate_limit"
    ]);
  });

  it("calls of tools alone are no text", async () => {
    const said = (message: object) => item(0, {error: null, output: [{role: "assistant", ...message}]});
    const [called, empty] = await Promise.all(
      [said({content: "", tool_calls: [{id: "1"}]}), said({content: ""})].map((one) =>
        combined({object: "list", data: [one]})
      )
    );
    expect(called!.answers[0]!.output).toBeUndefined();
    expect(empty!.answers[0]!.output).toBe("");
  });

  it("a grader is known by the whole of its name, whether or not the eval is there", async () => {
    const uuid = (n: number) => `5e2b1c1a-0000-4000-8000-00000000000${n}`;
    const names = ["exact", "exact-lower", `exact-${uuid(9)}`];
    const results = names.map((name, i) => ({name: `${name}-${uuid(i)}`, score: i / 4})).reverse();
    const named = {...item(0), results: [...results, {name: "Tone-2222", score: 1}]};
    const testing_criteria = [...names.map((name) => ({name})), {id: "Tone-2222", name: "Tone"}];
    const told = async (...contents: object[]) =>
      (await combined(...contents)).answers[0]!.scores.map(({scorer, value}) => [scorer, value]);
    const known = [
      [names[2], 0.5],
      ["exact-lower", 0.25],
      ["exact", 0]
    ];
    expect(await told(named, {object: "eval", id: "e", testing_criteria})).toEqual([...known, ["Tone", 1]]);
    expect(await told(named)).toEqual([...known, ["Tone-2222", 1]]);
  });

  it("two graders of one name stay two", async () => {
    const results = [1, 0].map((score, i) => ({
      name: `m-${"0".repeat(7)}${i}-0000-0000-0000-000000000000`,
      score
    }));
    const {scorers} = await combined({object: "list", data: [{...item(0), results}]});
    expect(scorers.map(({name}) => name)).toEqual(["m", "m 2"]);
  });
});

describe("Braintrust", () => {
  const span = (span_id: string, parents: string[], type: string, more: object) => ({
    span_id,
    root_span_id: "r",
    span_parents: parents,
    is_root: parents.length === 0,
    span_attributes: {type},
    input: null,
    scores: null,
    ...more
  });
  const call = (prompt_tokens: number) => ({
    metadata: {model: "m"},
    metrics: {prompt_tokens, completion_tokens: 1}
  });
  const root = span("r", [], "eval", {input: "q", output: "a", scores: {F: 1}, metrics: {start: 0, end: 10}});

  it("sums the tokens of the calls, not of a judge's, and ends the answer where scoring begins", async () => {
    const events = [
      root,
      span("t", ["r"], "task", {metrics: {start: 0, end: 3}}),
      span("a", ["t"], "llm", call(100)),
      span("b", ["t"], "llm", call(20)),
      span("s", ["r"], "score", {metrics: {start: 3, end: 10}}),
      span("f", ["s", "f"], "function", {}),
      span("j", ["f"], "llm", call(900))
    ];
    const {answers} = await combined({events});
    expect(answers).toMatchObject([{promptTokens: 120, completionTokens: 2, latencyMs: 3000, model: "m"}]);
  });

  it("takes no time, and no cost of 0, from an answer of its proxy's cache", async () => {
    const spent = async (metrics: object) => {
      const events = [
        root,
        span("t", ["r"], "task", {metrics: {start: 0, end: 3}}),
        span("a", ["t"], "llm", {metrics})
      ];
      const {answers} = await combined({events});
      return [answers[0]!.latencyMs, answers[0]!.costUsd];
    };
    expect(await spent({cached: 0, estimated_cost: 0})).toEqual([10_000, 0]);
    expect(await spent({cached: 1, estimated_cost: 0})).toEqual([undefined, undefined]);
    expect(await spent({cached: 1, estimated_cost: 0.2})).toEqual([undefined, 0.2]);
  });

  it("says that a page with a cursor may not be all", async () => {
    const {notes, lacks} = await combined({events: [root], cursor: "abc"});
    expect(notes[0]).toMatch(/: it is a page \(`cursor`\), and others may follow: fetch on/);
    // Braintrust gives a cursor with the last page too.
    expect(lacks).toEqual([]);
    expect((await combined({events: [root], cursor: null})).notes).toEqual([]);
  });
});

describe("Phoenix", () => {
  it("keeps the digits of whole numbers in cells of JSON that no double holds", async () => {
    const {rows} = await combined(
      `example_id,reference_output,output,input,annotation_f_score\n1,a,a,"{""order"": 9007199254740993}",1\n`
    );
    expect(rows[0]!.input).toBe('{"order":"9007199254740993"}');
  });
});

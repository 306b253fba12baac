import {mkdtempSync, readFileSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {describe, expect, it} from "vitest";
import {combine, readResults} from "../../../src/evals/importedResults/index.js";
import {zipFile} from "../../support/zipFile.js";

const fixtures = join(import.meta.dirname, "../../fixtures/results");
const fixture = (name: string) => {
  const [, label = "", path] = /^(\w+=)?(.*)$/.exec(name)!;
  return `${label}${join(fixtures, path!)}`;
};

/** Every tool's export of the same eight answers: alpha right on 1, 2, 3 of 4; beta on 1 and 4, without an answer to 3. */
const exports = {
  promptfoo: {
    files: ["promptfoo.json"],
    scorers: ["pass", "score", "exact"],
    names: ["alpha", "beta"],
    version: "0.118.3"
  },
  inspect: {
    files: ["inspect-alpha.json", "inspect-beta.json"],
    scorers: ["match", "graded/tone", "graded/clarity"],
    names: ["openai/alpha", "openai/beta"],
    version: "0.3.96"
  },
  "lm-eval": {
    files: [
      "lm-eval/org__alpha/samples_tickets_2026-01-02T03-04-05.678901.jsonl",
      "lm-eval/org__beta/samples_tickets_2026-01-02T03-04-05.678901.jsonl"
    ],
    scorers: ["exact_match"],
    names: ["org/alpha", "org/beta"],
    version: "0.4.9"
  },
  "openai-evals": {
    files: ["openai-evals.json"],
    scorers: ["Match", "Tone"],
    names: ["gpt-alpha", "gpt-beta"],
    version: undefined
  },
  braintrust: {
    files: ["alpha=braintrust-alpha.json", "beta=braintrust-beta.jsonl"],
    scorers: ["ExactMatch", "Levenshtein"],
    names: ["alpha", "beta"],
    version: undefined
  },
  langfuse: {
    files: ["langfuse-traces.json", "langfuse-scores.json", "langfuse-run.json", "langfuse-run-items.jsonl"],
    scorers: ["correct"],
    names: ["alpha", "beta"],
    version: undefined
  },
  phoenix: {
    files: ["alpha=phoenix-alpha.json", "beta=phoenix-beta.csv"],
    scorers: ["correct", "tone"],
    names: ["alpha", "beta"],
    version: undefined
  },
  csv: {files: ["junit.csv"], scorers: ["score"], names: ["alpha", "beta"], version: undefined}
};

describe("results of other tools become one shape", () => {
  for (const [tool, {files, scorers, names, version}] of Object.entries(exports))
    it(`${tool}: rows, candidates, scores, outputs and failures`, async () => {
      const read = await readResults(files.map(fixture));
      expect(new Set(read.map((file) => file.tool))).toEqual(new Set([tool]));
      expect(read[0]!.version).toBe(version);
      const combined = combine(read);
      expect(combined.candidates.map(({name}) => name)).toEqual(names);
      expect(combined.rows).toHaveLength(4);
      expect(combined.scorers.map(({name}) => name)).toEqual(scorers);
      expect(combined.primary).toBe(scorers[0]);
      const values = names.map((name) =>
        combined.answers
          .filter(({candidate, repeat}) => candidate === name && repeat === 0)
          .map(({scores, failed}) =>
            failed ? "failed" : scores.find(({scorer}) => scorer === scorers[0])?.value
          )
      );
      // lm-eval scores an empty answer as wrong; the others know that there was none.
      expect(values).toEqual([
        [1, 1, 1, 0],
        [1, 0, tool === "lm-eval" ? 0 : "failed", 1]
      ]);
      expect(combined.answers.find(({candidate}) => candidate === names[0])?.output).toContain("shipping");
      expect(combined.repeats).toBe(tool === "inspect" ? 2 : 1);
    });

  it("takes categories as slices, and leaves out what tells every row apart", async () => {
    const read = await readResults([fixture("promptfoo.json")]);
    expect(combine(read, {slices: ["difficulty"]}).slices).toEqual(["difficulty"]);
    const many = read.map((file) => ({
      ...file,
      answers: Array.from({length: 40}, (_, i) => ({
        ...file.answers[0]!,
        row: `r${i}`,
        slices: {topic: `t${i % 3}`, id: String(i), same: "x"}
      }))
    }));
    expect(combine(many).slices).toEqual(["topic"]);
  });

  it("keeps what people scored apart from what programs did", async () => {
    const {scorers} = combine(await readResults(["alpha=phoenix-alpha.json"].map(fixture)));
    expect(scorers.map(({name, human}) => [name, human])).toEqual([
      ["correct", false],
      ["tone", true]
    ]);
  });

  it("leaves out metrics of which less is better, and says so", async () => {
    const {notes} = combine(await readResults(exports["lm-eval"].files.map(fixture)));
    expect(notes[0]).toMatch(/perplexity left out: smaller is better/);
  });

  it("reads an .eval log and gzip by their bytes, whatever they are named", async () => {
    const folder = mkdtempSync(join(tmpdir(), "results-"));
    writeFileSync(join(folder, "a.txt"), gzipSync(readFileSync(fixture("promptfoo.json"))));
    expect((await readResults([join(folder, "a.txt")]))[0]!.tool).toBe("promptfoo");
    writeFileSync(
      join(folder, "log"),
      readFileSync(join(import.meta.dirname, "../../fixtures/inspect/small.eval"))
    );
    const [log] = await readResults([join(folder, "log")]);
    expect(log!.tool).toBe("inspect");
    expect(log!.answers.length).toBeGreaterThan(0);
  });
});

it("names all that is wrong with files at once, and all names that were chosen and are not there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "results-"));
  const written = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const paths = [
    join(folder, "none.csv"),
    written("empty.csv", ""),
    written("other.csv", "name,price\nx,1\n"),
    written("twice.csv", "row,row,candidate,score\na,b,c\n"),
    written("bad.csv", "row,candidate,score\na,x,good\n"),
    written("worse.csv", "row,candidate,score\na,y,worse\n"),
    written("results.json", '{"results": {"results": [{"provider":"p","success":true,"vars":{}}, {}, {}]}}')
  ];
  const said = await readResults(paths).then(
    () => "",
    (error: Error) => error.message
  );
  for (const problem of [
    /none\.csv is not there/,
    /empty\.csv is empty/,
    /other\.csv: .*no column for candidate, score/,
    /twice\.csv names a column twice/,
    /twice\.csv line 2 has 3 values/,
    /bad\.csv: record 1 has the score "good"/,
    /worse\.csv: record 1 has the score "worse"/,
    /results\.json: result 2, 3 has no `provider`/
  ])
    expect(said).toMatch(problem);
  const read = await readResults([fixture("promptfoo.json")]);
  const chosen = {scorer: "f1", baseline: "gamma", cluster: "thread", slices: ["colour"]};
  expect(() => combine(read, chosen)).toThrow(
    /no scorer f1\. .*\nthere is no candidate gamma\. .*\nno row has a thread to group by\..*\nno row has a colour to slice by\./
  );
});

describe("files that are no results end in an error that names them", () => {
  const folder = mkdtempSync(join(tmpdir(), "results-"));
  const written = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const promptfoo = readFileSync(fixture("promptfoo.json"), "utf8");
  const csv = "row,candidate,score\na,x,1\n";
  const log = {eval: {task: "t", model: "m"}, samples: []};
  const cases: [what: string, content: string | Buffer, message: RegExp][] = [
    ["an empty file", "", /is empty/],
    ["a truncated JSON document", promptfoo.slice(0, 900), /not valid JSON/],
    ["a truncated last line", '{"doc_id":1,"doc":{},"acc":1}\n{"doc_id":2,"do', /line 2/],
    ["a truncated gzip file", gzipSync(promptfoo).subarray(0, 200), /no whole gzip file/],
    ["a gzip bomb", gzipSync(Buffer.alloc(3 * 2 ** 20)), /unpacks to more than/],
    ["binary data", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 1]), /neither text nor/],
    ["text that is not UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x22]), /not UTF-8/],
    ["JSON of something else", '{"hello": [1]}', /a JSON document with hello/],
    ["a JSON list of numbers", "[1, 2, 3]", /a JSON list/],
    [
      "deeply nested JSON",
      `{"results": {"results": [{"provider": "p", "success": true, "vars": ${"[".repeat(50_000)}${"]".repeat(50_000)}}]}}`,
      /deeper|nests/
    ],
    ["a table of something else", "name,price\nx,1\n", /no column for candidate, score/],
    ["a table with a short line", csv + "b,x\n", /line 3 has 2 values where the header has 3/],
    ["a table with an open quote", csv + 'b,"x,1\n', /line 3: a quote is not closed/],
    ["a table with a score that is none", csv + "b,x,good\n", /record 2 has the score "good"/],
    ["a table with a word of JavaScript", csv + "b,x,constructor\n", /record 2 has the score "constructor"/],
    ["a table without rows", "row,candidate,score\n", /no answer in it/],
    ["a table that names a column twice", "row,row,candidate,score\na,b,c,1\n", /names a column twice/],
    ["an Inspect log without samples", JSON.stringify(log), /holds no samples/],
    ["a zip file that is no log", zipFile([{name: "x.txt", content: Buffer.from("x")}]), /no Inspect log/],
    [
      "a truncated zip file",
      zipFile([{name: "header.json", content: Buffer.from("{}")}]).subarray(0, 40),
      /no whole zip file/
    ],
    [
      "a zip bomb",
      zipFile([{name: "header.json", content: Buffer.from("{}"), toldSize: 2 ** 31}]),
      /unpacks header.json to 2147483648 bytes/
    ],
    [
      "a promptfoo result without a provider",
      '{"results": {"results": [{"provider":"p","success":true,"vars":{}}, {}]}}',
      /result 2 has no `provider`/
    ],
    [
      "OpenAI runs without output items",
      '{"object":"eval.run","id":"r","model":"m"}',
      /holds no output items/
    ],
    [
      "Langfuse traces without scores",
      '{"data":[{"id":"t","timestamp":"2026-01-01","input":"q","output":"a","scores":[]}]}',
      /no trace with a score/
    ]
  ];
  it.each(cases)("%s", async (what, content, message) => {
    const path = written(`${what.replaceAll(" ", "-")}.dat`, content);
    const error: unknown = await readResults([path], {largest: 2 ** 21})
      .then(
        (files) => {
          combine(files);
          return undefined;
        },
        (found: unknown) => found
      )
      .catch((found: unknown) => found);
    expect(String(error)).toMatch(message);
    expect((error as Error).constructor.name).toBe("UserError");
    expect(String(error).length).toBeLessThan(1000);
  });

  it("a file that is not there, and a folder", async () => {
    await expect(readResults([join(folder, "none")])).rejects.toThrow(/is not there/);
    await expect(readResults([folder])).rejects.toThrow(/not a file/);
  });

  it("the same file twice, and two files with the same candidate's answers", async () => {
    const a = written("a.csv", csv);
    const b = written("b.csv", csv + "b,x,0\n");
    await expect(readResults([a, a])).rejects.toThrow(/named twice/);
    const both = await readResults([a, b]);
    expect(() => combine(both)).toThrow(/both hold answers of x on row a\. .*before=/);
    expect(
      combine(await readResults([`before=${a}`, `after=${b}`])).candidates.map(({name}) => name)
    ).toEqual(["before", "after"]);
  });

  it("all answers that two files hold, that stand twice and that are nameless, in one error", async () => {
    const [a, b] = await readResults([
      written("one.csv", "row,candidate,score\na,x,1\nb,x,1\nc,y,0\n"),
      written("two.csv", "row,candidate,score\na,x,0\nb,x,0\nd,y,1\n")
    ]);
    const answers = [...b!.answers, {...b!.answers[2]!, repeat: 0}, {...b!.answers[2]!, row: ""}];
    const together = () => combine([a!, {...b!, answers}]);
    expect(together).toThrow(/^[^\n]*\n[^\n]*\n[^\n]*$/);
    expect(together).toThrow(/one\.csv and .*two\.csv both hold answers of x on rows a, b\. .*before=/);
    expect(together).toThrow(/two\.csv holds repeat 1 of y twice on row d\. Export one run a file\./);
    expect(together).toThrow(/two\.csv holds answers without a row's id or a candidate's name\./);
  });

  it("every output item of OpenAI that does not say of which run and row it is, in one error", async () => {
    const item = (more: object) => ({object: "eval.run.output_item", results: [], ...more});
    const data = [
      item({run_id: "r", datasource_item_id: 1}),
      item({run_id: "r"}),
      item({datasource_item_id: 2})
    ];
    await expect(
      readResults([
        written("first.json", JSON.stringify({object: "list", data})),
        written("second.json", JSON.stringify({object: "list", data: data.slice(1)}))
      ])
    ).rejects.toThrow(
      /first\.json: output item 2, 3 has no `run_id`[^]*second\.json: output item 1, 2 has no `run_id`/
    );
  });

  it("ids that differ in a digit which no double holds", async () => {
    const line = (id: string) => `{"doc_id":${id},"doc":{},"acc":1}\n`;
    const file = written(
      "samples_long_2026-01-01.jsonl",
      line("9007199254740993") + line("9007199254740992")
    );
    const {rows} = combine(await readResults([file]));
    expect(rows.map(({id}) => id).sort()).toEqual(["long/9007199254740992", "long/9007199254740993"]);
  });

  it("one id that stands for two questions", async () => {
    const a = written("c.csv", "row,candidate,score,expected\n1,x,1,yes\n");
    const b = written("d.csv", "row,candidate,score,expected\n1,y,1,no\n");
    const both = await readResults([a, b]);
    expect(() => combine(both)).toThrow(/1 of 1 rows have one id and different expected values/);
  });

  it("names that are not there are said with those that are", async () => {
    const read = await readResults([fixture("promptfoo.json")]);
    expect(() => combine(read, {scorer: "f1"})).toThrow(/no scorer f1. There are pass, score, exact/);
    expect(() => combine(read, {baseline: "gamma"})).toThrow(/There are alpha, beta/);
    expect(() => combine(read, {cluster: "thread"})).toThrow(/Rows have question, difficulty/);
  });
});

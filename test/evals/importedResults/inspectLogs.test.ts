// @module-tag long
import {execFile} from "node:child_process";
import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {promisify} from "node:util";
import {describe, expect, it} from "vitest";
import {combine, readResults} from "../../../src/evals/importedResults/index.js";
import {compiled} from "../../support/compiledEngine.js";
import {zipFile} from "../../support/zipFile.js";

const folder = mkdtempSync(join(tmpdir(), "inspect-logs-"));
let written = 0;

/** A file with these entries, packed; a text stands as it is, anything else as JSON. */
function log(entries: Readonly<Record<string, unknown>>): string {
  const path = join(folder, `${++written}.eval`);
  const members = Object.entries(entries).map(([name, value]) => ({
    name,
    content: Buffer.from(typeof value === "string" ? value : JSON.stringify(value))
  }));
  writeFileSync(path, zipFile(members));
  return path;
}

const header = {version: 2, status: "success", eval: {task: "sums", model: "openai/small"}};

const sample = (id: string | number, value: unknown, more: object = {}) => ({
  id,
  epoch: 1,
  input: `question ${id}`,
  target: "t",
  output: {choices: [{message: {role: "assistant", content: "an answer"}}]},
  scores: {match: {value}},
  ...more
});

const whole = (...samples: ReturnType<typeof sample>[]) =>
  log({
    "header.json": header,
    ...Object.fromEntries(samples.map((one) => [`samples/${one.id}_epoch_1.json`, one]))
  });

async function answersIn(...paths: string[]) {
  return combine(await readResults(paths)).answers;
}

const scoresIn = async (path: string) =>
  (await answersIn(path)).map(({row, scores}) => [row, ...scores.map(({value}) => value)]);

describe("samples of an .eval log", () => {
  it("are read whatever their ids: HumanEval's have a slash", async () => {
    const path = whole(sample("plain", "C"), sample("HumanEval/0", "I"), sample("a/b/c", "C"));
    expect(await scoresIn(path)).toEqual([
      ["plain", 1],
      ["HumanEval/0", 0],
      ["a/b/c", 1]
    ]);
  });

  it("are read from their parts, as log version 3 writes large ones", async () => {
    const path = log({
      "header.json": {...header, version: 3},
      "samples/1_epoch_1.json": sample(1, "C"),
      "samples/a/2_epoch_1/sample.json": sample("a/2", "I", {
        input: [{role: "user", content: "attachment://10"}],
        message_refs: [[0, 1]]
      }),
      "samples/a/2_epoch_1/metadata.json": {level: "hard"},
      "samples/a/2_epoch_1/messages/0.json": [{role: "user", content: "attachment://10"}],
      "samples/a/2_epoch_1/events/0.json": [],
      "samples/a/2_epoch_1/attachments/9.json": ["nine", "a long question"],
      "samples/a/2_epoch_1/attachments/0.json": Array.from({length: 9}, (_, i) => `text ${i}`)
    });
    const [first, second] = await answersIn(path);
    expect(first).toMatchObject({row: "1", scores: [{value: 1}]});
    expect(second).toMatchObject({
      row: "a/2",
      input: "a long question",
      slices: {level: "hard"},
      scores: [{value: 0}]
    });
  });

  it("without a number (Python's bare NaN, also in the header) are unscored, and the others count", async () => {
    const bare = (value: unknown) => JSON.stringify(value).replaceAll(/"@(.*?)"/g, "$1");
    const path = log({
      "header.json": bare({...header, results: {scores: [{metrics: {stderr: {value: "@NaN"}}}]}}),
      "samples/1_epoch_1.json": sample(1, "C"),
      "samples/2_epoch_1.json": bare(sample(2, "@NaN", {input: "Is NaN more than -Infinity?"})),
      "samples/3_epoch_1.json": bare(sample(3, {tone: "@-Infinity", fit: 0.5}))
    });
    const answers = await answersIn(path);
    expect(answers.map(({scores}) => scores)).toMatchObject([
      [{scorer: "match", value: 1}],
      [{scorer: "match", value: undefined, reason: "the log holds no number"}],
      [
        {scorer: "match/tone", value: undefined, reason: "the log holds no number"},
        {scorer: "match/fit", value: 0.5}
      ]
    ]);
    expect(answers[1]!.input).toBe("Is NaN more than -Infinity?");
    const json = join(folder, "nan.json");
    writeFileSync(json, bare({...header, samples: [sample(1, "@NaN"), sample(2, "C")]}));
    expect(await scoresIn(json)).toEqual([
      ["1", undefined],
      ["2", 1]
    ]);
  });

  it("have the number that Inspect's value_to_float gives, and none for words it does not know", async () => {
    const values = ["C", "P", "I", "N", "yes", "True", "False", "no", "0.75", " 1e-1 ", true, 2];
    const unknown = ["constructor", "toString", "maybe", "c", "", "0x10", "nan", [1, 0], null];
    const path = whole(...[...values, ...unknown].map((value, i) => sample(i, value)));
    expect((await scoresIn(path)).map(([, value]) => value)).toEqual([
      ...[1, 0.5, 0, 0, 1, 1, 0, 0, 0.75, 0.1, 1, 2],
      ...unknown.map(() => undefined)
    ]);
  });

  it("that call tools alone have no output", async () => {
    const said = (id: number, message: object) =>
      sample(id, "C", {output: {choices: [{message: {role: "assistant", content: "", ...message}}]}});
    const {answers} = combine(await readResults([whole(said(1, {tool_calls: [{id: "c"}]}), said(2, {}))]));
    expect(answers.map(({output}) => output)).toEqual([undefined, ""]);
  });

  it("that were invalidated keep their answer and have no score", async () => {
    const path = whole(
      sample(1, "C", {invalidation: {author: "x", reason: "the answer leaked"}}),
      sample(2, "C", {invalidation: null})
    );
    const [first] = await answersIn(path);
    expect(first).toMatchObject({
      output: "an answer",
      scores: [{scorer: "match", value: undefined, reason: "the sample was invalidated: the answer leaked"}]
    });
    expect(await scoresIn(path)).toEqual([
      ["1", undefined],
      ["2", 1]
    ]);
  });

  it("have their attachments in place within lists of messages, and their completion where there is no choice", async () => {
    const attachments = {aaaa: "a long system text", bbbb: "a long question", cccc: "a long answer"};
    const [answer, plain] = await answersIn(
      whole(
        sample(1, "C", {
          input: [
            {role: "system", content: "attachment://aaaa"},
            {role: "user", content: [{type: "text", text: "attachment://bbbb"}]}
          ],
          output: {
            choices: [{message: {role: "assistant", content: [{type: "text", text: "attachment://cccc"}]}}]
          },
          attachments
        }),
        sample(2, "C", {output: {choices: [], completion: "what it said"}})
      )
    );
    expect(answer).toMatchObject({
      input: "a long system text\n\na long question",
      output: "a long answer"
    });
    expect(plain!.output).toBe("what it said");
  });
});

describe("what a sample cost", () => {
  const used = async (model_usage: unknown) => {
    const [answer] = await answersIn(whole(sample(1, "C", {model_usage})));
    const {promptTokens, completionTokens, cachedTokens, costUsd} = answer!;
    return [promptTokens, completionTokens, cachedTokens, costUsd];
  };
  const counts = (input_tokens: number, output_tokens: number, total_tokens: number) => ({
    input_tokens,
    output_tokens,
    total_tokens
  });

  it("is not what its grader cost", async () => {
    const grader = counts(999, 9, 1008);
    expect(await used({"openai/grader": grader})).toEqual(Array(4).fill(undefined));
    const both = {"openai/grader": grader, "openai/small": counts(10, 5, 15)};
    expect(await used(both)).toEqual([10, 5, undefined, undefined]);
  });

  describe("where its grader is the same model", () => {
    const own = counts(100, 10, 110);
    const graded = {...counts(1000, 200, 1200), total_cost: 0.5};
    const both = {...counts(1100, 210, 1310), total_cost: 0.75};
    const begin = (id: string, type: string, more: object = {}) => ({event: "span_begin", id, type, ...more});
    const call = (usage: object, more: object = {}) => ({
      event: "model",
      model: "openai/small",
      output: {usage},
      ...more
    });
    const spent = async (more: object, told: object = {}) => {
      const path = log({
        "header.json": {...header, eval: {...header.eval, ...told}},
        "samples/1_epoch_1.json": sample(1, "C", {
          scores: {model_graded_qa: {value: "C"}},
          model_usage: {"openai/small": both},
          working_time: 2,
          ...more
        })
      });
      const {
        answers: [answer],
        notes
      } = combine(await readResults([path]));
      const {promptTokens, completionTokens, costUsd, latencyMs} = answer!;
      return {spent: [promptTokens, completionTokens, costUsd, latencyMs], notes};
    };

    it("is that of the calls outside of scorers, until these begin", async () => {
      const spans = [
        begin("s", "solver"),
        call(own, {span_id: "s"}),
        begin("t", "scorers", {working_start: 0.5}),
        begin("u", "scorer", {parent_id: "t", working_start: 0.75}),
        begin("v", "tool", {parent_id: "u"}),
        call(graded, {span_id: "v"})
      ];
      expect(await spent({events: spans})).toEqual({spent: [100, 10, 0.25, 500], notes: []});
      const step = (action: string) => ({event: "step", action, type: "scorer", working_start: 0.25});
      const steps = [step("begin"), call(graded), call(graded, {cache: "read"}), step("end"), call(own)];
      expect((await spent({events: steps})).spent).toEqual([100, 10, 0.25, 250]);
      const roles = [call(own), call(graded, {role: "grader"})];
      expect((await spent({events: roles})).spent).toEqual([100, 10, 0.25, 2000]);
    });

    it("is all that the sample counts where it was scored later, and unknown where calls are missing", async () => {
      const events = [call(own), call(graded, {role: "grader"})];
      const later = {events, model_usage: {"openai/small": own}};
      expect((await spent(later)).spent).toEqual([100, 10, undefined, 2000]);
      const {spent: unknown, notes} = await spent({events: events.slice(1)});
      expect(unknown).toEqual([undefined, undefined, undefined, 2000]);
      expect(notes).toEqual([
        expect.stringMatching(/\.eval: what the model spent on 1 of the samples is not known: a grader may/)
      ]);
    });

    it("is told without events by the grader's role, by the answer's own usage, or not at all", async () => {
      const role_usage = {grader: graded};
      expect((await spent({role_usage})).spent).toEqual([100, 10, 0.25, 2000]);
      const model_roles = {grader: {model: "openai/other"}};
      expect((await spent({role_usage}, {model_roles})).spent).toEqual([1100, 210, 0.75, 2000]);
      expect((await spent({output: {usage: both}})).notes).toEqual([]);
      expect(await spent({output: {usage: own}})).toEqual({
        spent: [undefined, undefined, undefined, 2000],
        notes: [expect.stringContaining("is not known")]
      });
    });
  });

  it("counts what the cache took where the input is without it, and has the log's price", async () => {
    const cache = {input_tokens_cache_read: 1000, input_tokens_cache_write: 200};
    const beside = {...counts(10, 5, 1215), ...cache, total_cost: 0.25};
    expect(await used({"openai/small": beside})).toEqual([1210, 5, 1000, 0.25]);
    const reasoned = {...counts(10, 5, 1255), ...cache, reasoning_tokens: 40};
    expect(await used({"openai/small": reasoned})).toEqual([1210, 5, 1000, undefined]);
    const among = {...counts(1210, 5, 1215), ...cache};
    expect(await used({"openai/small": among})).toEqual([1210, 5, 1000, undefined]);
  });
});

describe("a sample that was answered from the cache", () => {
  const spent = async (...events: object[]) => {
    const [answer] = await answersIn(
      whole(sample(1, "C", {events, working_time: 0.01, model_usage: {"openai/small": {output_tokens: 5}}}))
    );
    return [answer!.latencyMs, answer!.completionTokens];
  };
  const call = (model: string, cache: string | null) => ({event: "model", model, cache});

  it("has no time, tokens and cost: what is counted is the cache's", async () => {
    expect(await spent(call("openai/small", null), call("openai/small", "read"))).toEqual([
      undefined,
      undefined
    ]);
    const [answer] = await answersIn(
      whole(sample(1, "C", {total_time: 1, transcript: {events: [call("openai/small", "read")]}}))
    );
    expect(answer!.latencyMs).toBeUndefined();
  });

  it("is none where the cache was written, or answered its grader", async () => {
    expect(await spent(call("openai/small", "write"), call("openai/grader", "read"))).toEqual([10, 5]);
    const grader = {...call("openai/small", "read"), role: "grader"};
    expect(await spent(call("openai/small", null), grader)).toEqual([10, 5]);
  });
});

describe("an Inspect log as a whole", () => {
  const ended = async (entries: object) => {
    const samples = {"samples/1_epoch_1.json": sample(1, "C"), "samples/2_epoch_1.json": sample(2, "I")};
    const {notes, lacks, missing} = combine(await readResults([log({...entries, ...samples})]));
    return {notes, lacks, missing};
  };
  const cancelled = (dataset: object, config: object = {}) =>
    ended({"header.json": {...header, status: "cancelled", eval: {...header.eval, dataset, config}}});

  it("says when its run did not end", async () => {
    expect(await ended({"header.json": header})).toEqual({notes: [], lacks: [], missing: 0});
    const started = await ended({"_journal/start.json": {version: 2, eval: header.eval, plan: {}}});
    expect(started).toMatchObject({
      lacks: [
        expect.stringMatching(/\.eval may lack samples: its run did not end \(its status is started\)$/)
      ],
      missing: 0
    });
  });

  it("says how many samples its run was to have, where the header states it", async () => {
    const lacks = (of: number) => ({
      lacks: [
        expect.stringMatching(
          `\\.eval holds 2 of ${of} samples: its run did not end \\(its status is cancelled\\)$`
        )
      ],
      missing: of - 2
    });
    expect(await cancelled({samples: 500})).toMatchObject(lacks(500));
    expect(await cancelled({samples: 500}, {epochs: 3, limit: null})).toMatchObject(lacks(1500));
    expect(await cancelled({samples: 500}, {epochs: 2, limit: 10})).toMatchObject(lacks(20));
    // Which of the dataset these choose is not told by its size.
    for (const config of [{limit: [10, 20]}, {sample_id: ["a", "b*"]}])
      expect(await cancelled({samples: 500}, config)).toMatchObject({
        lacks: [expect.stringMatching(/may lack samples/)],
        missing: 0
      });
  });

  it("lacks nothing where its run ended early and all samples are there", async () => {
    expect(await cancelled({samples: 500}, {limit: 2})).toEqual({
      notes: [
        expect.stringMatching(/\.eval: the run did not end .*, though all of its 2 samples are there\.$/)
      ],
      lacks: [],
      missing: 0
    });
  });

  it("in the oldest layout is refused by what it is", async () => {
    const path = log({
      "start.json": header,
      "results.json": {status: "success"},
      "samples/1_epoch_1.json": sample(1, "C")
    });
    await expect(readResults([path])).rejects.toThrow(/start\.json in place of header\.json/);
  });

  it("is never paired with one of another task, though both number their samples alike", async () => {
    const of = (task: string, model: string) =>
      log({
        "header.json": {...header, eval: {task, model}},
        "samples/1_epoch_1.json": sample(1, "C"),
        "samples/2_epoch_1.json": sample(2, "I")
      });
    const apart = combine(await readResults([of("math", "a"), of("law", "b")]));
    expect(apart.rows.map(({id}) => id)).toEqual(["math/1", "math/2", "law/1", "law/2"]);
    expect(apart.rows[0]!.slices.task).toBe("math");
    const both = combine(await readResults([of("math", "a"), of("law", "a"), of("math", "b")]));
    expect(both.rows.map(({id}) => id)).toEqual(["math/1", "math/2", "law/1", "law/2"]);
    expect(both.answers).toHaveLength(6);
    const one = combine(await readResults([of("math", "a"), of("math", "b")]));
    expect(one.rows.map(({id}) => id)).toEqual(["1", "2"]);
  });

  it("is read a sample at a time: with their events, all would not fit into memory", async () => {
    const script = `
      const {inspect} = await import(${JSON.stringify(compiled("evals/importedResults/tools/inspect/index.js"))});
      const events = ["x".repeat(8 * 2 ** 20)];
      const read = async (name) => Buffer.from(JSON.stringify(name === "header.json"
        ? ${JSON.stringify(header)}
        : {id: name, epoch: 1, input: "q", target: "t", scores: {match: {value: "C"}}, events}));
      const names = ["header.json", ...Array.from({length: 40}, (_, i) => "samples/" + i + "_epoch_1.json")];
      const [file] = await inspect.read([{path: "large.eval", kind: "zip", zip: {names, read, close() {}}}]);
      console.log(file.answers.length);`;
    const {stdout} = await promisify(execFile)(process.execPath, [
      "--max-old-space-size=160",
      ...["--input-type=module", "-e", script]
    ]);
    expect(stdout.trim()).toBe("40");
  });
});

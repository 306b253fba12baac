// @module-tag long
import {checkpointTokenCounter} from "../../src/training/finetunes/exports/checkpointTokens.js";
import {existsSync, mkdtempSync, readFileSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import type {TrainingExportOptions} from "../../src/training/finetunes/exports/exportedExamples.js";
import {exportChat} from "../../src/training/finetunes/exports/exportChat.js";
import {exportTraining} from "../../src/training/finetunes/exports/exportTraining.js";
import {nearText} from "../../src/cli/models/training/nearText.js";
import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {recorded} from "../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../src/evals/runner/index.js";
import {exactMatch} from "../../src/evals/scorers/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {sha256} from "../../src/base/system/index.js";
import {openStore, type SplitManifest, type Store, type VersionManifest} from "../../src/base/store/index.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";

let store: Store;
let folder: string;
let version: VersionManifest;
let split: SplitManifest;

const part = (i: number) => (i < 20 ? "train" : i < 26 ? "test" : "held-out");
const words =
  "the courier brought the wrong box to our office on monday and nobody there wanted to take it back";
const rows = Array.from({length: 32}, (_, i) => ({
  id: `r${String(i).padStart(2, "0")}`,
  part: part(i),
  later: part(i) === "test" ? "held-out" : "train",
  // Rows 3 and 29 (held out) are the same but for a word; rows 5 and 6 are the same.
  question:
    i === 3
      ? `${words} today`
      : i === 29
        ? `${words} again`
        : i === 5 || i === 6
          ? "twice the same"
          : `Question ${i}${i === 11 ? " of ada@example.org" : ""}`,
  answer: i === 9 ? "" : i === 5 || i === 6 ? "same" : `answer ${i}`,
  worse: `worse ${i}`,
  // In no training set: what is found here stops no row.
  contact: i === 12 ? "bob@example.org" : "none"
}));

beforeAll(async () => {
  const workspace = await temporaryWorkspace();
  folder = workspace.project;
  const dataset = defineDataset({
    name: "questions",
    id: "id",
    text: "question",
    label: "answer",
    source: {kind: "rows", rows: () => rows}
  });
  await pull(workspace, dataset);
  store = await openStore(workspace);
  version = (await store.latestVersion("questions"))!;
  split = await ensureSplit(store, version, {name: "given", strategy: "given", column: "part"});
  store.refresh();
});
afterAll(() => store.close());

const exported = (options: Partial<TrainingExportOptions>) =>
  exportTraining(store, {
    dataset: "questions",
    format: "openai",
    skipUnresolved: true,
    skipBad: true,
    ...options
  });
const linesOf = (file: string) =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Every word is a token. */
const tokenizerOfWords = {
  version: "1.0",
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: {type: "Whitespace"},
  post_processor: null,
  decoder: null,
  model: {type: "WordLevel", vocab: {"[UNK]": 0}, unk_token: "[UNK]"}
};

describe("a training set", () => {
  it("is written in every form of a conversation", async () => {
    const shapes: Record<string, object> = {
      openai: {
        messages: [
          {role: "user", content: "Question 0"},
          {role: "assistant", content: "answer 0"}
        ]
      },
      trl: {
        prompt: [{role: "user", content: "Question 0"}],
        completion: [{role: "assistant", content: "answer 0"}]
      },
      axolotl: {
        messages: [
          {role: "user", content: "Question 0"},
          {role: "assistant", content: "answer 0"}
        ]
      },
      sharegpt: {
        conversations: [
          {from: "human", value: "Question 0"},
          {from: "gpt", value: "answer 0"}
        ]
      },
      "prompt-completion": {prompt: "Question 0", completion: "answer 0"},
      alpaca: {instruction: "Question 0", input: "", output: "answer 0"}
    };
    for (const [format, first] of Object.entries(shapes)) {
      const out = join(folder, `${format}.jsonl`);
      const manifest = await exported({format, out});
      expect(linesOf(out)[0]).toEqual(first);
      expect(linesOf(out)).toHaveLength(18);
      expect(manifest.sha256).toBe(sha256(readFileSync(out)));
      const texts = linesOf(out).map((line) => JSON.stringify(line));
      // Of the two that are the same, each has a line.
      const ids = rows
        .filter(
          ({part: own, question}) => own === "train" && texts.some((text) => text.includes(`"${question}"`))
        )
        .map(({id}) => id);
      expect(manifest.rowsSha256).toBe(sha256(ids.join("\n")));
      expect(JSON.parse(readFileSync(`${out}.manifest.json`, "utf8"))).toEqual(
        JSON.parse(JSON.stringify(manifest))
      );
    }
  });

  it("for TRL has one form in all files of a split: whole conversations when one of them has two answers", async () => {
    const turns = (n: number) =>
      Array.from({length: n}, (_, i) => [
        {role: "user", content: `Question ${i}`},
        {role: "assistant", content: `answer ${i}`}
      ]).flat();
    // What would be left out anyway decides nothing.
    const made = async (name: string, longest: {train: number; validation: number; test: number}) => {
      await pull(
        store.workspace,
        defineDataset({
          name,
          id: "id",
          source: {
            kind: "rows",
            rows: () =>
              Object.entries(longest).flatMap(([part, longest]) => [
                {id: `${part}-1`, part, chat: JSON.stringify(turns(1))},
                {id: `${part}-2`, part, chat: JSON.stringify(turns(longest))},
                {
                  id: `${part}-3`,
                  part,
                  chat: JSON.stringify(turns(3).slice(0, -1).concat({role: "assistant", content: ""}))
                }
              ])
          }
        })
      );
      store.refresh();
      const own = (await store.latestVersion(name))!;
      await ensureSplit(store, own, {name: "given", strategy: "given", column: "part"});
      store.refresh();
      const forms = async (part: string) => {
        const out = join(folder, `${name}-${part}.jsonl`);
        await exported({dataset: name, format: "trl", out, part, messages: "chat"});
        return linesOf(out).map((line) => Object.keys(line).join());
      };
      return [await forms("train"), await forms("validation")];
    };
    const split = ["prompt,completion", "prompt,completion"];
    const whole = ["messages", "messages"];
    expect(await made("short", {train: 1, validation: 1, test: 2})).toEqual([split, split]);
    expect(await made("long", {train: 2, validation: 1, test: 1})).toEqual([whole, whole]);
    expect(await made("late", {train: 1, validation: 2, test: 1})).toEqual([whole, whole]);
  });

  it("takes no row of the held-out part, none with findings, none without an answer", async () => {
    const manifest = await exported({});
    expect(manifest.leftOut).toEqual({unresolved: 1, broken: 1});
    await expect(exported({part: "held-out"})).rejects.toThrow(/never exported/);
    await expect(exported({skipUnresolved: false})).rejects.toThrow(/r11.*Nothing was written/s);
    const out = join(folder, "none.jsonl");
    await expect(exported({skipBad: false, out})).rejects.toThrow(
      /1 of 20 rows make no valid example: r09 \(missing content\)/
    );
    expect(existsSync(out)).toBe(false);
  });

  it("says that rows of the test part are not to learn from", async () => {
    const told: string[] = [];
    const tell = (message: string) => told.push(message);
    const options = {dataset: "questions", format: "openai", skipUnresolved: true, skipBad: true};
    await exportTraining(store, options, tell);
    expect(told).toEqual([]);
    await exportTraining(store, {...options, part: "test"}, tell);
    expect(told).toEqual([expect.stringMatching(/^! these are rows of the test part/)]);
  });

  it("replaces a file of a job's folder that a start before left, and no other", async () => {
    const out = join(folder, "left.jsonl");
    writeFileSync(out, "half");
    await expect(exported({out})).rejects.toThrow(/left\.jsonl is there already/);
    await exported({out, ofStore: true});
    expect(linesOf(out).length).toBeGreaterThan(0);
  });

  it("is checked against every destination at once, with its tokens, steps and price", async () => {
    const {preflight, cost, nearOtherParts} = await exported({epochs: 2, batch: 4, usdPerMillion: 25});
    expect(preflight).toMatchObject({rows: 18, duplicates: 1, tokens: {estimated: true}});
    const verdicts = Object.fromEntries(preflight.destinations.map((one) => [one.destination, one.verdict]));
    expect(verdicts).toEqual({
      OpenAI: "warning",
      "Azure OpenAI": "warning",
      Together: "warning",
      Fireworks: "warning",
      TRL: "warning",
      axolotl: "warning",
      "LLaMA-Factory": "refused"
    });
    expect(preflight.destinations[0]!.findings).toEqual(["1 examples repeat another"]);
    expect(cost).toMatchObject({epochs: 2, batch: 4, steps: 10, tokens: 2 * preflight.tokens.total});
    expect(cost.usd).toBeCloseTo((2 * preflight.tokens.total * 25) / 1e6, 12);
    expect(nearOtherParts).toEqual({test: 0, "held-out": 1});
    const alpaca = await exported({format: "alpaca"});
    expect(alpaca.preflight.destinations[0]).toMatchObject({
      verdict: "refused",
      findings: ["takes openai, openai-dpo, not alpaca", "1 examples repeat another"]
    });
  });

  it("tells near-duplicates of a chat dataset by what is asked, whatever its system message says", async () => {
    const system = {role: "system", content: `You are polite. ${words} ${words}`};
    const chat = (question: string) => [
      system,
      {role: "user", content: [{type: "text", text: question}]},
      {role: "assistant", content: "Yes."}
    ];
    const asked = [
      ["train", `${words} today`],
      ["train", "How do I get my money back for the lamp that I bought last week?"],
      ["test", "Where is the nearest shop that is open on a Sunday in winter?"],
      ["held-out", `${words} again`]
    ] as const;
    const made = async (name: string, more: object) => {
      await pull(
        store.workspace,
        defineDataset({
          name,
          id: "id",
          source: {
            kind: "rows",
            rows: () =>
              asked.map(([part, question], i) => ({
                id: `c${i}`,
                part,
                messages: chat(question),
                good: "Yes.",
                bad: "No."
              }))
          }
        })
      );
      store.refresh();
      const own = (await store.latestVersion(name))!;
      await ensureSplit(store, own, {name: "given", strategy: "given", column: "part"});
      store.refresh();
      return (await exported({dataset: name, ...more})).nearOtherParts;
    };
    expect(await made("chats", {})).toEqual({test: 0, "held-out": 1});
    expect(nearText(undefined)).toEqual([expect.stringContaining("were not searched")]);
    const pairs = {format: "trl-dpo", prompt: "messages", chosen: "good", rejected: "bad"};
    expect(await made("chat-pairs", pairs)).toEqual({test: 0, "held-out": 1});
  });

  it("counts tokens by a checkpoint's own tokenizer and chat template", async () => {
    const dir = mkdtempSync(join(tmpdir(), "tokens-"));
    writeFileSync(join(dir, "tokenizer.json"), JSON.stringify(tokenizerOfWords));
    await expect(exported({tokenizer: dir})).rejects.toThrow(/no chat template/);
    writeFileSync(
      join(dir, "tokenizer_config.json"),
      JSON.stringify({chat_template: "{% for m in messages %}{{ m.role }} {{ m.content }} end {% endfor %}"})
    );
    // user Question N end assistant answer N end: 8 words; the long one 2 + 21 + 2 + …
    const {tokens} = (await exported({tokenizer: dir})).preflight;
    expect(tokens).toMatchObject({estimated: false, median: 8, longest: words.split(" ").length + 7});
    // user Question N end, assistant answer N end, assistant worse N end
    const pairs = await exported({
      tokenizer: dir,
      format: "trl-dpo",
      prompt: "answer",
      chosen: "question",
      rejected: "worse"
    });
    expect(pairs.preflight.tokens).toMatchObject({
      estimated: false,
      median: 8,
      longest: words.split(" ").length + 7
    });
    expect(pairs.preflight.tokens.total).toBeGreaterThan(pairs.preflight.rows * 11);
    writeFileSync(
      join(dir, "tokenizer_config.json"),
      JSON.stringify({
        chat_template: "{{ tools[0] }} {% for m in messages %}{{ m.role }} {{ m.content }} {% endfor %}"
      })
    );
    const count = await checkpointTokenCounter(dir);
    const messages = [{role: "developer", content: [{type: "text", text: "be brief"}]}];
    expect(count(messages, ["hammer"])).toBe(4);
  });
});

it("an example that the chat template refuses is a finding, and in no count of tokens", async () => {
  const dir = mkdtempSync(join(tmpdir(), "refuses-"));
  writeFileSync(join(dir, "tokenizer.json"), JSON.stringify(tokenizerOfWords));
  const template = (text: string) => writeFileSync(join(dir, "chat_template.jinja"), text);
  const answers = "{% for m in messages %}{{ m.content }} {% endfor %}";
  const asked = {tokenizer: dir, prompt: "question", completion: "answer", format: "trl"};
  template(
    `{% if messages[0].content == "twice the same" %}{{ raise_exception("No repeats") }}{% endif %}${answers}`
  );
  const {preflight} = await exported(asked);
  expect(preflight).toMatchObject({rows: 18, tokens: {refused: {examples: 2, said: "No repeats"}}});
  const trl = preflight.destinations.find(({destination}) => destination === "TRL")!;
  expect(trl.verdict).toBe("refused");
  expect(trl.findings).toContain("2 examples: the template refuses them: No repeats");
  template("{% if %}");
  await expect(exported(asked)).rejects.toThrow(/its chat template cannot be used: .*no valid Jinja/);
  template(answers);
  writeFileSync(join(dir, "tokenizer_config.json"), "{");
  await expect(exported(asked)).rejects.toThrow(/tokenizer_config.json cannot be used/);
});

describe("pairs of answers", () => {
  it("come from two columns, in the forms of OpenAI, TRL and axolotl", async () => {
    const columns = {chosen: "answer", rejected: "worse"};
    const out = join(folder, "pairs.jsonl");
    const user = {role: "user", content: "Question 0"};
    const [better, worse] = ["answer 0", "worse 0"].map((content) => ({role: "assistant", content}));
    await exported({format: "openai-dpo", out, ...columns});
    expect(linesOf(out)[0]).toEqual({
      input: {messages: [user]},
      preferred_output: [better],
      non_preferred_output: [worse]
    });
    await exported({format: "trl-dpo", out, ...columns});
    expect(linesOf(out)[0]).toEqual({prompt: [user], chosen: [better], rejected: [worse]});
    await exported({format: "axolotl-dpo", out, ...columns});
    expect(linesOf(out)[0]).toEqual({messages: [user], chosen: better, rejected: worse});
    await expect(exported({format: "openai-dpo"})).rejects.toThrow(/pairs need --prompt, --chosen/);
    await expect(exported({format: "openai", ...columns})).rejects.toThrow(/cannot hold them/);
  });

  it("that nobody who takes their form would train on stop the export, or are left out", async () => {
    const pairs = {format: "openai-dpo", chosen: "answer"};
    const alike = {...pairs, rejected: "answer"};
    await expect(exported({...alike, skipBad: false})).rejects.toThrow(/r00 \(both answers are the same\)/);
    expect((await exported({...alike, format: "trl-dpo"})).leftOut.broken).toBe(1);
  });

  it("without a question stop the export, also where there is a system message", async () => {
    const dataset = {
      name: "unasked",
      id: "id",
      source: {
        kind: "rows" as const,
        rows: () => [
          {id: "a", part: "train", question: "Why?", good: "Because.", bad: "No."},
          {id: "b", part: "train", question: "", good: "Because.", bad: "No."},
          {id: "c", part: "train", question: "Why?", good: "Because.", bad: ""},
          {id: "d", part: "test", question: "Why?", good: "Because.", bad: "No."}
        ]
      }
    };
    await pull(store.workspace, defineDataset(dataset));
    store.refresh();
    const own = (await store.latestVersion("unasked"))!;
    await ensureSplit(store, own, {name: "given", strategy: "given", column: "part"});
    store.refresh();
    const columns = {prompt: "question", chosen: "good", rejected: "bad"};
    for (const system of [undefined, "Be kind."])
      await expect(
        exported({dataset: "unasked", format: "trl-dpo", ...columns, system, skipBad: false})
      ).rejects.toThrow(/2 of 3 rows .*: b \(nothing is asked\), c \(an answer is missing\)/);
  });

  it("come from two candidates' scored answers on the same part, and never from the part of a verdict", async () => {
    const answers = (right: (i: number) => boolean) =>
      recorded({
        name: `r${right(0)}`,
        rows: rows.map((row, i) => ({id: row.id, output: right(i) ? row.answer || "x" : row.worse})),
        trust: "internal"
      });
    const definition = (on: "train" | "test") =>
      defineEval({
        dataset: "questions",
        split: {name: "given", strategy: "given", column: "part"},
        part: on,
        candidates: [
          candidate(
            "good",
            answers((i) => i % 2 === 0),
            "m"
          ),
          candidate(
            "bad",
            answers((i) => i % 4 === 0),
            "m"
          )
        ],
        prompt: "Say: {{question}}",
        expected: "answer",
        scorers: {exact: exactMatch}
      });
    const run = async (on: "train" | "test") =>
      (await runEval(definition(on), {store, evalName: `pairs-${on}`, version, split, options: {}}))
        .manifest!;
    const train = await run("train");
    store.refresh();
    const out = join(folder, "run-pairs.jsonl");
    await exported({format: "openai-dpo", out, fromRun: train.id, prefer: "good", over: "bad"});
    // good is right and bad is not on 2, 6, 10, 14, 18.
    expect(linesOf(out)).toHaveLength(5);
    for (const fromRun of ["pairs-train", train.id.slice(0, -2)]) {
      const manifest = await exported({format: "openai-dpo", out, fromRun, prefer: "good", over: "bad"});
      expect(manifest.fromRun!.run).toBe(train.id);
    }
    expect(linesOf(out)[0]).toEqual({
      input: {messages: [{role: "user", content: "Say: Question 2"}]},
      preferred_output: [{role: "assistant", content: "answer 2"}],
      non_preferred_output: [{role: "assistant", content: "worse 2"}]
    });
    const test = await run("test");
    await expect(
      exported({format: "openai-dpo", fromRun: test.id, prefer: "good", over: "bad"})
    ).rejects.toThrow(/scored part test .* must not be trained on/);
  });
});

describe("a part whose rows other splits hold out", () => {
  it("is not exported, and why is said", async () => {
    await ensureSplit(store, version, {name: "later", strategy: "given", column: "later"});
    store.refresh();
    const none =
      /no row of the split given is left in its test part: other splits hold them out.*Nothing was written/;
    await expect(exported({split: "given", part: "test", out: join(folder, "none.jsonl")})).rejects.toThrow(
      none
    );
    const chat = exportChat(store, join(folder, "none.jsonl"), {
      dataset: "questions",
      split: "given",
      part: "test"
    });
    await expect(chat).rejects.toThrow(none);
    expect(existsSync(join(folder, "none.jsonl"))).toBe(false);
  });
});

describe("pairs of a run", () => {
  /** A run on the validation part whose prompts quote all three training rows, where `later` says what to hold out then. */
  async function pairsOf(name: string, later: (id: string) => boolean, told = "none") {
    const ids = ["t0", "t1", "t2", "v0", "v1", "v2", "v3", "x0"];
    const parts: Record<string, string> = {t: "train", v: "validation", x: "test"};
    const made = ids.map((id) => ({
      id,
      part: parts[id[0]!]!,
      later: later(id) ? "held-out" : "train",
      question: `What is ${id}?`,
      answer: `answer ${id}`,
      contact: id === "t1" ? told : "none"
    }));
    await pull(
      store.workspace,
      defineDataset({
        name,
        id: "id",
        text: "question",
        label: "answer",
        source: {kind: "rows", rows: () => made}
      })
    );
    store.refresh();
    const own = (await store.latestVersion(name))!;
    const spec = {name: "given", strategy: "given", column: "part"} as const;
    const first = await ensureSplit(store, own, spec);
    const answers = (word: string) =>
      recorded({
        name: `${name}-${word}`,
        rows: made.map(({id}) => ({id, output: `${word} ${id}`})),
        trust: "internal"
      });
    const run = async (fewShot?: {count: number}) => {
      const definition = defineEval({
        dataset: name,
        split: spec,
        part: "validation",
        candidates: [candidate("good", answers("answer"), "m"), candidate("bad", answers("wrong"), "m")],
        prompt: fewShot ? "{{#examples}}{{question}} {{answer}}; {{/examples}}{{question}}" : "{{question}}",
        expected: "answer",
        fewShot,
        scorers: {exact: exactMatch}
      });
      const evalName = `${name}${fewShot ? "-quoting" : ""}`;
      const {manifest} = await runEval(definition, {
        store,
        evalName,
        version: own,
        split: first,
        options: {}
      });
      store.refresh();
      return manifest!.id;
    };
    const pairs = (fromRun: string, out?: string) =>
      exported({
        dataset: name,
        format: "openai-dpo",
        part: "validation",
        split: first.id,
        fromRun,
        prefer: "good",
        over: "bad",
        out
      });
    const holdOut = async () => {
      await ensureSplit(store, own, {name: "later", strategy: "given", column: "later"});
      store.refresh();
    };
    return {run, pairs, holdOut};
  }

  it("hold no row that another split has held out since", async () => {
    const {run, pairs, holdOut} = await pairsOf("later", (id) => id === "v1");
    const plain = await run();
    const out = join(folder, "later.jsonl");
    await pairs(plain, out);
    expect(linesOf(out)).toHaveLength(4);
    await holdOut();
    await pairs(plain, out);
    expect(linesOf(out)).toHaveLength(3);
    expect(readFileSync(out, "utf8")).not.toContain("v1");
  });

  it(
    "are refused when their prompts quote a row that is held out by now, or has unresolved findings",
    {tags: ["long"]},
    async () => {
      const {run, pairs, holdOut} = await pairsOf("quoted", (id) => id === "t2");
      const quoting = await run({count: 3});
      const out = join(folder, "quoted.jsonl");
      await pairs(quoting, out);
      expect(readFileSync(out, "utf8")).toContain("answer t2");
      await holdOut();
      await expect(pairs(quoting, join(folder, "refused.jsonl"))).rejects.toThrow(
        /quote 3 rows .* of which no training set may hold 1: 1 held out by another split or erased since/
      );
      const told = await pairsOf("told", () => false, "ada@example.org");
      await expect(told.pairs(await told.run({count: 3}), join(folder, "refused.jsonl"))).rejects.toThrow(
        /no training set may hold 1: t1 \(EMAIL_ADDRESS by .*Nothing was written/
      );
      expect(existsSync(join(folder, "refused.jsonl"))).toBe(false);
    }
  );
});

import assert from "node:assert/strict";
import {beforeAll, describe, expect, it} from "vitest";
import {finetuneProblems} from "../../../src/training/finetunes/language/definitionSchema.js";
import {prepareRows, type PreparedAnswer} from "../../../src/training/finetunes/language/prepare.js";
import {
  byteTokenizer,
  type FinetuneDefinition,
  readTokenizer,
  type TextReader
} from "../../../src/training/finetunes/index.js";
import {trainingData, unbalanced} from "../../../src/training/finetunes/language/trainingData.js";
import {answered, type TokenExample, type PreferencePair} from "../../../src/training/trainer/index.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";
import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";

let chat: TextReader;
let plain: TextReader;
beforeAll(async () => {
  const project = await temporaryProject();
  chat = await readTokenizer(await tinyLanguageModel(join(project, "chat")));
  await mkdir(join(project, "plain"));
  for (const [file, content] of Object.entries(byteTokenizer({tokens: ["AH0", "KK"]})))
    await writeFile(join(project, "plain", file), JSON.stringify(content));
  plain = await readTokenizer(join(project, "plain"));
});

const definition = (more: Partial<FinetuneDefinition>): FinetuneDefinition => ({
  dataset: "d",
  split: {strategy: "random", name: "random"},
  base: "b",
  format: "prompt",
  method: "lora",
  ...more
});

async function* rows(...list: Record<string, unknown>[]) {
  for (const [i, row] of list.entries()) yield {id: `r${i}`, ...row};
}

/** The learned tokens as the texts between the ones that are not. */
function learned(reader: TextReader, {ids, labels}: TokenExample, whole: string): string {
  const taken = ids.filter((_, i) => labels[i] !== -100);
  for (let from = 0; from < whole.length; from++)
    for (let to = whole.length; to > from; to--)
      if (String(reader.encode(whole.slice(from, to))) === String(taken)) return whole.slice(from, to);
  return `no part of the text: ${taken.join(" ")}`;
}

describe("rows of a conversation", () => {
  const messages = [
    {role: "user", content: "two and two"},
    {role: "assistant", content: "four"}
  ];
  const text = "<|im_start|>user\ntwo and two<|im_end|>\n<|im_start|>assistant\nfour<|im_end|>\n";

  it("teach the assistant's words and what ends them, through the model's template", async () => {
    const {items} = await prepareRows<TokenExample>(
      definition({format: "chat"}),
      chat,
      rows({messages}),
      200
    );
    expect(items[0]!.ids).toEqual(chat.encode(text));
    expect(learned(chat, items[0]!, text)).toBe("four<|im_end|>\n");
  });

  it("teach everything when asked to, and are the same as prompt and completion", async () => {
    const all = await prepareRows<TokenExample>(
      definition({format: "chat", learn: "all"}),
      chat,
      rows({messages}),
      200
    );
    expect(all.items[0]!.labels).toEqual(all.items[0]!.ids);
    const {items} = await prepareRows<TokenExample>(
      definition({columns: {prompt: "q", completion: "a"}}),
      chat,
      rows({q: "two and two", a: "four"}),
      200
    );
    expect(items[0]!.ids).toEqual(chat.encode(text));
  });

  it("are counted where they are cut, left out or broken", async () => {
    const prepared = await prepareRows<TokenExample>(
      definition({columns: {prompt: "q", completion: "a"}}),
      plain,
      rows({q: "ab", a: "cd"}, {q: "abcdefgh", a: "x"}, {q: "ab", a: "cdefgh"}, {q: "ab", a: null}),
      6
    );
    expect(prepared).toMatchObject({rows: 4, leftOut: 1, cut: 1, longest: 6});
    expect(prepared.broken).toEqual([{row: "r3", reason: 'no text in column "a"'}]);
  });
});

describe("columns", () => {
  const asked = definition({columns: {prompt: "q", completion: "a"}});

  it("of numbers and booleans are learned as the text that an export writes", async () => {
    const {items, broken} = await prepareRows<TokenExample>(
      asked,
      plain,
      rows({q: 12, a: 34}, {q: "b", a: false}),
      50
    );
    expect(broken).toEqual([]);
    expect(items.map(({ids}) => ids.filter((id) => id !== 0))).toEqual([
      [...plain.encode("12"), ...plain.encode("34")],
      [...plain.encode("b"), ...plain.encode("false")]
    ]);
  });

  it("that are not there are named once, with those that are", async () => {
    await expect(
      prepareRows<TokenExample>(asked, plain, rows({question: "1", a: "2"}, {question: "1", a: "2"}), 50)
    ).rejects.toThrow('d: no column "q"; there are id, question, a.');
  });
});

describe("pairs", () => {
  it("share their prompt, and only the answers are learned", async () => {
    const {items} = await prepareRows<PreferencePair>(
      definition({format: "preference", columns: {prompt: "q", chosen: "good", rejected: "bad"}}),
      plain,
      rows({q: "ab", good: "KK", bad: "AH0KK"}),
      50
    );
    const prompt = plain.encode("ab");
    expect(items[0]!.chosen.ids).toEqual([...prompt, ...plain.encode("KK"), 0]);
    expect(items[0]!.rejected.labels).toEqual([-100, -100, ...plain.encode("AH0KK"), 0]);
    // A further token is one, not its bytes.
    expect(plain.encode("AH0KK")).toEqual([257, 258]);
  });

  it("of one answer are left out, from the start or after the cut, and other formats are not", async () => {
    const list = [
      {q: "ab", good: "cd", bad: "cd"},
      {q: "ab", good: "cdefgh", bad: "cdefgi"},
      {q: "ab", good: "cd", bad: "ce"},
      {q: "ab", good: "cd", bad: "cdefgh"}
    ];
    const prepared = await prepareRows<PreferencePair>(
      definition({format: "preference", columns: {prompt: "q", chosen: "good", rejected: "bad"}}),
      plain,
      rows(...list),
      6
    );
    expect(prepared).toMatchObject({rows: 4, leftOut: 2, same: 1, sameCut: 1, cut: 1});
    expect(prepared.items).toHaveLength(2);
    const prompts = definition({columns: {prompt: "q", completion: "good"}});
    expect(await prepareRows<TokenExample>(prompts, plain, rows(...list), 6)).toMatchObject({
      leftOut: 0,
      same: 0
    });
  });
});

describe("marked answers", () => {
  const marked = definition({format: "kto", columns: {prompt: "q"}});
  const of = (...list: Record<string, unknown>[]) =>
    prepareRows<PreparedAnswer>(marked, plain, rows(...list), 6);

  it("are answers with their mark, counted", async () => {
    const {items, good, broken, leftOut} = await of(
      {q: "ab", answer: "cd", good: true},
      {q: "ab", answer: "ce", good: false},
      {q: "abcdefgh", answer: "cd", good: true},
      {q: "ab", answer: "cd", good: "yes"}
    );
    expect(items).toEqual([
      {answer: answered(plain.encode("ab"), [...plain.encode("cd"), 0]), good: true},
      {answer: answered(plain.encode("ab"), [...plain.encode("ce"), 0]), good: false}
    ]);
    expect([good, leftOut]).toEqual([1, 1]);
    expect(broken).toEqual([{row: "r3", reason: 'column "good" holds neither true nor false'}]);
    await expect(of({q: "ab", answer: "cd"})).rejects.toThrow('no column "good"; there are id, q, answer.');
  });

  it("are learned with each prompt's answer to another, cut as they are", async () => {
    const {items} = await of({q: "ab", answer: "cd", good: true}, {q: "abcd", answer: "e", good: false});
    const data = trainingData(marked, items, [], {seed: "s", length: 6});
    assert(data.kind === "marked");
    expect(data.kto).toEqual({beta: 0.1, goodWeight: 1, badWeight: 1});
    expect(data.train.map(({good}) => good)).toEqual([true, false]);
    expect(data.train.map(({mismatched}) => mismatched)).toEqual([
      answered(plain.encode("ab"), [...plain.encode("e"), 0]),
      answered(plain.encode("abcd"), plain.encode("cd"))
    ]);
  });

  it("are said to be out of balance, with the weights that mend it", () => {
    const said = (good: number, bad: number, preference = {}) =>
      unbalanced({preference}, {good, items: Array<number>(good + bad).fill(0)});
    expect(said(4, 3)).toBeUndefined();
    expect(said(30, 10)).toBe(
      "30 answers are good and 10 bad. The weights of good ones should add up to 1 to 1.33 times those of bad ones: `preference: {badWeight: 2.25}`."
    );
    expect(said(30, 10, {badWeight: 2.25})).toBeUndefined();
    expect(said(10, 30)).toMatch(/`preference: \{goodWeight: 3\}`/);
    expect(said(10, 30, {goodWeight: 3})).toBeUndefined();
    expect(said(0, 30)).toBe("0 answers are good and 30 bad: there is nothing to tell apart.");
    expect(unbalanced({}, {items: []})).toBeUndefined();
  });
});

describe("messages in the columns of prompts and answers", () => {
  const user = (content: string) => ({role: "user", content});
  const assistant = (content: string) => ({role: "assistant", content, tool_calls: null});
  const pairs = definition({
    format: "preference",
    columns: {prompt: "prompt", chosen: "chosen", rejected: "rejected"}
  });
  const written = (text: string, answer: string) =>
    `<|im_start|>user\n${text}<|im_end|>\n<|im_start|>assistant\n${answer}<|im_end|>\n`;

  it("are learned as the same texts are, as lists and as JSON, with the prompt before the answer or without", async () => {
    const texts = {prompt: "q1", chosen: "a1", rejected: "b1"};
    const lists = {prompt: [user("q1")], chosen: [assistant("a1")], rejected: [assistant("b1")]};
    const {items, broken} = await prepareRows<PreferencePair>(
      pairs,
      chat,
      rows(
        texts,
        lists,
        Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, JSON.stringify(list)])),
        {...texts, chosen: [user("q1"), assistant("a1")]}
      ),
      200
    );
    expect(broken).toEqual([]);
    expect(items[0]!.chosen.ids).toEqual(chat.encode(written("q1", "a1")));
    for (const item of items) expect(item).toEqual(items[0]);
  });

  it("teach the completion, not the answers within the prompt, unless all is learned", async () => {
    const row = {prompt: [user("a"), assistant("b"), user("c")], completion: [assistant("d")]};
    const whole = written("a", "b") + written("c", "d");
    const {items} = await prepareRows<TokenExample>(definition({}), chat, rows(row), 200);
    expect(items[0]!.ids).toEqual(chat.encode(whole));
    expect(learned(chat, items[0]!, whole)).toBe("d<|im_end|>\n");
    const all = await prepareRows<TokenExample>(definition({learn: "all"}), chat, rows(row), 200);
    expect(all.items[0]!.labels).toEqual(chat.encode(whole));
  });

  it("are text where they are no messages, such as an answer in JSON", async () => {
    for (const completion of ["[]", '[{"role": "manager", "name": "Ada"}]', "[1]"]) {
      const {items} = await prepareRows<TokenExample>(
        definition({}),
        chat,
        rows({prompt: "q", completion}),
        200
      );
      expect(items[0]!.ids).toEqual(chat.encode(written("q", completion)));
    }
  });

  it("are refused where they cannot be told: other lists and objects, no answer, turns that are not asked", async () => {
    const reasons = async (reader: TextReader, ...list: Record<string, unknown>[]) =>
      (await prepareRows<TokenExample>(definition({}), reader, rows(...list), 200)).broken.map(
        ({reason}) => reason
      );
    expect(
      await reasons(
        chat,
        {prompt: ["q"], completion: "a"},
        {prompt: "q", completion: {text: "a"}},
        {prompt: "q", completion: []},
        {prompt: "q", completion: [user("a")]},
        {prompt: "q", completion: [user("another"), assistant("a")]}
      )
    ).toEqual([
      'column "prompt" holds a list, not text or a list of messages',
      'column "completion" holds an object, not text or a list of messages',
      'no text in column "completion"',
      'the last message of column "completion" is not the assistant\'s',
      'column "completion" holds messages before the answer that are not in column "prompt"'
    ]);
    expect(await reasons({...plain, template: undefined}, {prompt: [user("q")], completion: "a"})).toEqual([
      'column "prompt" holds messages, and the model has no chat template: use text, or a model with one'
    ]);
  });
});

describe("a definition", () => {
  it("is refused with all that is wrong with it", () => {
    expect(
      finetuneProblems(
        definition({
          format: "preference",
          method: "full",
          precision: "q8_0",
          packing: true,
          dropout: 0.1,
          split: {strategy: "temporal", rolling: 3},
          steps: 3,
          epochs: 1
        })
      )
    ).toEqual([
      "`split.rolling` makes several splits, and a fine-tune is trained on one",
      "`columns` must name prompt, chosen and rejected for preference data",
      "`precision` below f32 goes with lora or dora: trained weights are kept in 32 bits",
      "`dropout` goes with no preference pairs, which are compared without",
      "`steps` goes without `epochs`",
      "`packing` goes with no preference pairs"
    ]);
    expect(finetuneProblems(definition({method: "lora", dropout: 0.1}))).toEqual([
      '`dropout` goes with method "full": adapters are trained without'
    ]);
    expect(finetuneProblems(definition({method: "full", dropout: 1}))).toEqual([
      "`dropout` must be a number (at least 0, below 1), not 1"
    ]);
    const settings = {lora: {rank: 64}, preference: {beta: 0.2}};
    expect(finetuneProblems(definition({method: "full", ...settings}))).toEqual([
      '`lora` goes with method "lora" or "dora": all weights are trained',
      '`preference` goes with format "preference" or "kto"'
    ]);
    const columns = {prompt: "q", chosen: "a", rejected: "b"};
    const smoothed = (loss?: "robust" | "sigmoid") =>
      finetuneProblems(definition({format: "preference", columns, preference: {loss, labelSmoothing: 0.2}}));
    for (const loss of [undefined, "sigmoid"] as const)
      expect(smoothed(loss)).toEqual([
        '`preference.labelSmoothing` goes with loss "robust": the other losses have none'
      ]);
    expect(smoothed("robust")).toEqual([]);
    expect(
      finetuneProblems(
        definition({format: "preference", columns, preference: {loss: "orpo", sft: 1, goodWeight: 2}})
      )
    ).toEqual([
      '`preference.goodWeight` goes with format "kto"',
      '`preference.sft` goes without loss "orpo", which has the plain loss in it'
    ]);
    const ofPairs = {loss: "ipo", sft: 1, badWeight: 2} as const;
    expect(
      finetuneProblems(
        definition({format: "kto", learn: "all", packing: true, soft: {}, preference: ofPairs})
      )
    ).toEqual([
      '`preference.loss` goes with format "preference"',
      '`preference.sft` goes with format "preference"',
      '`learn` must be "answers" for format "kto": the mark is that of the answer',
      "`soft` goes with no marked answers, which are compared",
      "`packing` goes with no marked answers"
    ]);
    expect(finetuneProblems(definition({rows: 0, base: null as unknown as string}))).toEqual([
      "`base` must be a folder, a model of the store, another fine-tune, or {config, tokenizer}, not null",
      "`rows` must be a whole number (above 0), not 0"
    ]);
  });
});

import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, expect, it} from "vitest";
import {mergedModel} from "../../../src/evals/candidates/index.js";
import {
  type BuildContext,
  byteTokenizer,
  finetune,
  tfidfLogReg
} from "../../../src/training/finetunes/index.js";

const ids = Array.from({length: 12}, (_, i) => `r${i}`);
let context: BuildContext;
let asked: string[];

beforeAll(async () => {
  context = {
    dir: await mkdtemp(join(tmpdir(), "assay-chosen-")),
    async *rows(part) {
      asked.push(part);
      for (const id of ids) yield {id: `${part}-${id}`, text: `is ${id}`, label: id.length > 2 ? "x" : "y"};
    },
    dataset: "d",
    version: "v",
    split: "s",
    seed: "assay"
  };
  asked = [];
});
afterAll(() => rm(context.dir, {recursive: true}));

// One text, whatever `limit` is.
const below = (limit: number) => ({
  words: "the first rows",
  where: ({id}: {id: string}) => Number(id.split("-r")[1]) < limit
});
const classifier = (limit: number) => tfidfLogReg({text: "text", label: "label", subset: below(limit)});
const language = (limit: number) =>
  finetune({
    name: "short",
    dataset: "d",
    split: {strategy: "random"},
    subset: below(limit),
    base: {
      tokenizer: byteTokenizer(),
      config: {
        model_type: "llama",
        hidden_size: 16,
        intermediate_size: 32,
        num_hidden_layers: 1,
        num_attention_heads: 2,
        num_key_value_heads: 2,
        rms_norm_eps: 1e-5,
        max_position_embeddings: 32,
        tie_word_embeddings: true
      }
    },
    format: "prompt",
    columns: {prompt: "text", completion: "label"},
    method: "full",
    steps: 1,
    length: 32,
    threads: 1
  });

it.each([
  ["a classifier", classifier],
  ["a language model", language]
])("%s is another where its subset chooses other rows by the same words", async (_, made) => {
  const [few, more, same] = [await made(4).build(context), await made(11).build(context), made(4)];
  expect([few.training!.rows, more.training!.rows]).toEqual([4, 11]);
  expect(await same.configHash(context)).toBe(await made(4).configHash(context));
  expect((await same.build(context)).createdAt).toBe(few.createdAt);
  const merged = (limit: number) =>
    mergedModel({name: "merged", method: "linear", models: [{source: made(limit)}]}).configHash(context);
  expect(await merged(11)).not.toBe(await merged(4));
});

it("is asked once for the rows of data, however many keys hang on them", async () => {
  const source = language(7);
  asked = [];
  for (let i = 0; i < 3; i++) await source.configHash(context);
  expect(asked).toEqual(["train", "validation"]);
  await source.configHash({...context, version: "other"});
  expect(asked).toHaveLength(4);
});

it.each([
  [
    "changes its row",
    (row: Record<string, unknown>) => {
      row.text = "another";
      return true;
    },
    /`where` fails for row "train-r0": Cannot assign to read only property 'text'.*chosenRows\.test\.ts line \d+\)/
  ],
  [
    "throws",
    (row: Record<string, unknown>) => (row.missing as string).length > 0,
    /`where` fails for row "train-r0": Cannot read prop.*chosenRows\.test\.ts line \d+\)/
  ],
  [
    "is async",
    () => Promise.resolve(false) as unknown as boolean,
    /`where` is async, which would take every row/
  ]
])("a subset whose function %s is refused, by its words", async (_, where, said) => {
  const subset = {words: "some rows", where};
  const error = await tfidfLogReg({text: "text", label: "label", subset})
    .build(context)
    .then(
      () => undefined,
      (thrown: unknown) => thrown as Error
    );
  expect(error?.name).toBe("UserError");
  expect(error?.message).toMatch(/^the subset "some rows": /);
  expect(error?.message).toMatch(said);
});

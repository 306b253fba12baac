import {type Batch, batchAt, batchOf, LanguageModel} from "../../../../src/training/trainer/index.js";
import type {Reader, ValueFigure} from "../../figure.js";
import {has, type Item} from "../../item.js";
import {batchIn, distance, Expected, metaOf, oneThread, type Rows, within} from "./case.js";

interface Inputs {
  sequences: number[][];
  batch_right?: Rows;
  batch_left?: Rows;
  offset?: {input_ids: number[]; position_ids: number[]};
  long?: {input_ids: number[]};
  greedy?: number[][] | number[];
  greedy_batch?: Rows;
}

/** Published outputs of a language model: scores, log-probabilities, padded batches, offsets, greedy continuations. */
export const languageForward: Reader = {
  kind: "language model outputs",
  matches: (item) =>
    ["model.safetensors", "expected.safetensors", "inputs.json", "meta.json"].every((file) =>
      item.files.includes(file)
    ) &&
    configs(item).length > 0 &&
    has(item.json("inputs.json"), "sequences") &&
    has(metaOf(item).tolerance, "logits_atol"),
  async figures(item) {
    const figures: ValueFigure[] = [];
    for (const config of configs(item)) {
      const folder = item.path("inputs.json").replace(/[/\\]inputs\.json$/, "");
      const model = await LanguageModel.open(await oneThread(), folder, {config});
      try {
        figures.push(...(await outputs(item, model, config)));
      } finally {
        model.free();
      }
    }
    return figures;
  }
};

function configs(item: Item): string[] {
  return item.files.filter((file) => /^config.*\.json$/.test(file) && has(item.json(file), "model_type"));
}

async function outputs(item: Item, model: LanguageModel, config: string): Promise<ValueFigure[]> {
  const expected = await Expected.open(item);
  const inputs = item.json("inputs.json") as Inputs;
  const {vocabulary} = model.config;
  const figures: ValueFigure[] = [];
  const add = (name: string, ours: number, key: string) =>
    figures.push(within(`${config} ${name}`, ours, key));
  for (const [i, sequence] of inputs.sequences.entries()) {
    const logits = model.logits(batchOf([sequence]));
    // Of long sequences only the last positions may be published.
    const theirs = await expected.floats(`logits.${i}`);
    add(`logits.${i}`, distance(logits.subarray(-theirs.length), theirs), "logits_atol");
    if (expected.has(`logprobs.${i}`))
      add(
        `logprobs.${i}`,
        distance(logProbabilities(logits, sequence, vocabulary), await expected.floats(`logprobs.${i}`)),
        "logprobs_atol"
      );
  }
  for (const name of ["batch_right", "batch_left"] as const) {
    const rows = inputs[name];
    if (!rows) continue;
    const seen = rows.attention_mask!.flat();
    const logits = model.logits(batchIn(rows));
    const theirs = await expected.floats(`${name}.logits`);
    add(
      name,
      distance(logits, theirs, (k) => seen[Math.floor(k / vocabulary)] === 1),
      "logits_atol"
    );
  }
  if (inputs.offset) {
    const {input_ids: ids, position_ids: positions} = inputs.offset;
    const logits = model.logits(batchAt([ids], [positions]));
    add("offset", distance(logits, await expected.floats("offset.logits")), "logits_atol");
  }
  if (inputs.long) {
    const theirs = await expected.floats("long.logits_tail");
    const logits = model.logits(batchOf([inputs.long.input_ids]));
    add("long", distance(logits.subarray(logits.length - theirs.length), theirs), "logits_atol");
  }
  // A list of prompts, or one prompt.
  const {greedy: prompts = []} = inputs;
  const single = typeof prompts[0] === "number";
  for (const [i, prompt] of (single ? [prompts as number[]] : (prompts as number[][])).entries()) {
    const key = single ? "greedy" : `greedy.${i}`;
    const theirs = await expected.whole(`${key}.tokens`);
    const ours = greedy(model, prompt, theirs.length);
    add(`${key}.tokens`, distance(ours.tokens, theirs), "tokens");
    if (expected.has(`${key}.logits`))
      add(`${key}`, distance(ours.logits, await expected.floats(`${key}.logits`)), "logits_atol");
  }
  if (inputs.greedy_batch) {
    const {input_ids: ids, attention_mask: mask} = inputs.greedy_batch;
    const theirs = await expected.whole("greedy_batch.tokens");
    const ours = ids.flatMap(
      (row, r) =>
        greedy(
          model,
          row.filter((_, i) => mask![r]![i] === 1),
          theirs.length / ids.length
        ).tokens
    );
    add("greedy_batch.tokens", distance(ours, theirs), "tokens");
  }
  return figures;
}

function logProbabilities(logits: Float32Array, ids: readonly number[], vocabulary: number): Float32Array {
  return Float32Array.from(ids.slice(1), (token, i) => {
    const row = logits.subarray(i * vocabulary, (i + 1) * vocabulary);
    const most = row.reduce((a, b) => Math.max(a, b));
    return row[token]! - most - Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0));
  });
}

/** The best token each time, from the whole text so far. */
function greedy(model: LanguageModel, prompt: readonly number[], steps: number) {
  const {vocabulary} = model.config;
  const ids = [...prompt];
  const logits = new Float32Array(steps * vocabulary);
  for (let step = 0; step < steps; step++) {
    const batch: Batch = batchOf([ids]);
    const last = model.logits(batch).subarray(-vocabulary);
    logits.set(last, step * vocabulary);
    ids.push(last.indexOf(last.reduce((a, b) => Math.max(a, b))));
  }
  return {tokens: ids.slice(prompt.length), logits};
}

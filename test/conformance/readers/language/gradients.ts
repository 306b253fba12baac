import {
  ActiveAdapter,
  type LanguageModel,
  readAdapter,
  targetsOf,
  tokenLosses,
  Trainable
} from "../../../../src/training/trainer/index.js";
import type {Reader, ValueFigure} from "../../figure.js";
import {has, type Item} from "../../item.js";
import {
  batchIn,
  distance,
  Expected,
  namesModel,
  openModel,
  relativeDistance,
  type Rows,
  within
} from "./case.js";

/** Loss and gradients of one step, of all weights and of an adapter, over one batch or several micro-batches. */
export const languageGradients: Reader = {
  kind: "language model gradients",
  matches: (item) =>
    namesModel(item, "expected.safetensors", "inputs.json") &&
    (has(item.json("inputs.json"), "micro_batches") || has(item.json("inputs.json"), "input_ids", "labels")),
  async figures(item) {
    const expected = await Expected.open(item);
    const model = await openModel(item);
    const figures: ValueFigure[] = [];
    try {
      if (expected.has("full.loss")) {
        const names = model.storage.names();
        const trainable = new Trainable(model.backend, model.storage, names);
        figures.push(...(await oneStep(item, expected, model, trainable, "full")));
        trainable.free();
      }
      if (expected.has("lora.loss")) {
        const adapter = new ActiveAdapter(model, await readAdapter(item.path("adapter")));
        const trainable = new Trainable(model.backend, adapter.storage, adapter.storage.names());
        figures.push(...(await oneStep(item, expected, model, trainable, "lora")));
        trainable.free();
        adapter.free();
      }
    } finally {
      model.free();
    }
    return figures;
  }
};

async function oneStep(
  item: Item,
  expected: Expected,
  model: LanguageModel,
  trainable: Trainable,
  kind: "full" | "lora"
): Promise<ValueFigure[]> {
  const inputs = item.json("inputs.json") as Rows & {micro_batches?: Rows[]};
  const micro = inputs.micro_batches ?? [inputs];
  const batches = micro.map((rows) => ({rows, batch: batchIn(rows)}));
  const count = batches.reduce(
    (sum, {rows, batch}) => sum + targetsOf(batch, rows.labels!, 1).tokens.length,
    0
  );
  const figures: ValueFigure[] = [];
  for (const checkpointing of [false, true]) {
    trainable.clearGradients();
    const losses: number[] = [];
    const tokens: number[] = [];
    for (const {rows, batch} of batches) {
      const targets = targetsOf(batch, rows.labels!, 1 / count);
      const nll = tokenLosses(model, batch, targets, {gradients: true, checkpointing});
      tokens.push(...nll);
      losses.push(nll.reduce((sum, value) => sum + value, 0) / count);
    }
    const how = checkpointing ? `${kind}, layers computed again` : kind;
    const loss = losses.reduce((sum, value) => sum + value, 0);
    const add = (name: string, ours: number, key: string) =>
      figures.push(within(`${how} ${name}`, ours, key));
    add("loss", distance([loss], await expected.floats(`${kind}.loss`)), "loss_atol");
    if (expected.has(`${kind}.micro_losses`))
      add("micro losses", distance(losses, await expected.floats(`${kind}.micro_losses`)), "loss_atol");
    if (expected.has(`${kind}.token_nll`)) {
      // Zero where there is no target, one entry a position that has a next token.
      const theirs = (await expected.floats(`${kind}.token_nll`)).filter((value) => value !== 0);
      if (theirs.length === tokens.length)
        figures.push({
          ...within(`${how} token losses`, distance(tokens, theirs), "loss_atol"),
          agrees: ([found], [most]) => found! <= 8 * most!
        });
    }
    let worst = 0;
    for (const name of expected.names()) {
      const weight = name.startsWith(`${kind}_grad.`) ? name.slice(kind.length + 6) : undefined;
      if (weight === undefined) continue;
      const ours = trainable.gradientOf(weight.replace(/^base_model\.model\./, ""));
      worst = Math.max(worst, relativeDistance(ours, await expected.floats(name)));
    }
    add("gradients", worst, `${kind}_grad_rel`);
  }
  return figures;
}

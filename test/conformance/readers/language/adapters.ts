import {copyFile, mkdir, mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {
  ActiveAdapter,
  batchOf,
  LanguageModel,
  readAdapter,
  readModelConfig
} from "../../../../src/training/trainer/index.js";
import {loadWeights} from "../../../../src/training/trainer/loadWeights.js";
import {merge} from "../../../../src/weights/merge/index.js";
import {
  openCheckpoint,
  readTensorFloats,
  writeSafetensors
} from "../../../../src/weights/safetensors/index.js";
import {messageOf} from "../../../../src/base/validation/errors.js";
import type {Reader, ValueFigure} from "../../figure.js";
import {has, type Item} from "../../item.js";
import {distance, Expected, metaOf, modelFolder, namesModel, oneThread, openModel, within} from "./case.js";

/** Adapters of PEFT: scores with the adapter on, off and merged into the weights, and the merged weights. */
export const languageAdapters: Reader = {
  kind: "language model adapters",
  matches: (item) =>
    namesModel(item, "expected.safetensors", "inputs.json") &&
    has(metaOf(item).tolerance, "merged_weight_atol"),
  async figures(item) {
    const {sequences} = item.json("inputs.json") as {sequences: number[][]};
    const expected = await Expected.open(item);
    const figures: ValueFigure[] = [];
    const scores: Scores = async (kind, model, name = kind) => {
      for (const [i, ids] of sequences.entries())
        if (expected.has(`${kind}.${i}`))
          figures.push(
            within(
              `${name}.${i}`,
              distance(model.logits(batchOf([ids])), await expected.floats(`${kind}.${i}`)),
              "logits_atol"
            )
          );
    };
    const model = await openModel(item);
    try {
      const adapter = new ActiveAdapter(model, await readAdapter(item.path("adapter")));
      await scores("adapter", model);
      adapter.off();
      await scores("base", model);
      adapter.free();
    } finally {
      model.free();
    }
    if (expected.has("merged.0")) figures.push(...(await merged(item, expected, scores)));
    return figures;
  }
};

/** Compares a model's scores with the published ones of a kind, under another name where one is given. */
type Scores = (kind: string, model: LanguageModel, name?: string) => Promise<void>;

const OTHER_HEAD =
  "PEFT adds what an adapter changes of an embedding to the output layer that is tied to it, too, when it merges; the merge here acts as the active adapter does";

async function merged(item: Item, expected: Expected, scores: Scores): Promise<ValueFigure[]> {
  const work = await mkdtemp(join(tmpdir(), "assay-adapter-"));
  try {
    const folder = await widened(modelFolder(item), join(work, "base"));
    const out = join(work, "merged");
    await merge(
      {
        merge_method: "linear",
        models: [{model: `${folder}+${item.path("adapter")}`, parameters: {weight: 1}}],
        dtype: "float32"
      },
      {out}
    );
    const config = await readModelConfig(folder);
    const checkpoint = await openCheckpoint(out);
    const merging = checkpoint.tensors.has("lm_head.weight") ? {...config, tied: false} : config;
    const backend = await oneThread();
    const model = new LanguageModel(backend, merging, await loadWeights(backend, merging, checkpoint, "f32"));
    const hasOtherHead = config.tied && !merging.tied;
    try {
      if (hasOtherHead) await scores("adapter", model, "merged, as with the adapter on");
      else await scores("merged", model);
    } finally {
      model.free();
    }
    let worst = 0;
    const names = expected.names().filter((name) => name.startsWith("merged_weight."));
    for (const name of names) {
      const own = name.slice("merged_weight.".length);
      const tensor = checkpoint.tensors.get(
        config.tied && own === "lm_head.weight" ? "model.embed_tokens.weight" : own
      );
      worst = tensor
        ? Math.max(worst, distance(await readTensorFloats(tensor), await expected.floats(name)))
        : Infinity;
    }
    return [
      ...(hasOtherHead ? [{...within("merged", Infinity, "logits_atol"), cannot: OTHER_HEAD}] : []),
      ...(names.length > 0 ? [within("merged weights", worst, "merged_weight_atol")] : [])
    ];
  } catch (error) {
    return [
      {
        ...within("merged", Infinity, "merged_weight_atol"),
        cannot: messageOf(error).split("\n").at(-1)!.trim()
      }
    ];
  } finally {
    await rm(work, {recursive: true, force: true});
  }
}

/** A copy of a model in 32 bits: the published merges were made from weights widened before. */
async function widened(folder: string, to: string): Promise<string> {
  await mkdir(to);
  await copyFile(join(folder, "config.json"), join(to, "config.json"));
  const {tensors} = await openCheckpoint(folder);
  const wide = [];
  for (const [name, tensor] of tensors) {
    const data = new Uint8Array((await readTensorFloats(tensor)).buffer);
    wide.push({name, dtype: "F32" as const, shape: tensor.shape, data});
  }
  await writeSafetensors(join(to, "model.safetensors"), wide);
  return to;
}

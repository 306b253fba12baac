import {Storage, GraphMemory} from "../../../../src/weights/ggml/index.js";
import {
  adamWStep,
  answered,
  clipFactor,
  cut,
  type TokenExample,
  gradientNorm,
  type LabelledBatch,
  learningRate,
  packedRows,
  paddedRows,
  type ScheduleName,
  scheduleNames,
  Trainable
} from "../../../../src/training/trainer/index.js";
import type {Figure, Reader, ValueFigure} from "../../figure.js";
import {has, type Item} from "../../item.js";
import {distance, Expected, metaOf, oneThread, within} from "./case.js";

interface Collation {
  collator: string;
  options: {
    pad_token_id?: number;
    pad_to_multiple_of?: number;
    padding_free?: boolean;
    max_length?: number;
    truncation_mode?: string;
  };
  examples: {
    input_ids?: number[];
    labels?: number[];
    completion_mask?: number[];
    seq_lengths?: number[];
    prompt_ids?: number[];
    chosen_ids?: number[];
    rejected_ids?: number[];
  }[];
}

/** Batches made by collators, learning rates of schedules, and clipping and AdamW on given gradients. */
export const languageCollation: Reader = {
  kind: "training batches, rates and optimiser steps",
  matches: (item) =>
    ["collators.json", "schedules.json", "meta.json", "adamw.safetensors"].every((file) =>
      item.files.includes(file)
    ) && has(metaOf(item), "adamw"),
  notReproduced: [
    {
      path: /seq_idx|cu_seq_lens|max_length_[qk]/,
      why: "arguments of an attention kernel that is not used here"
    }
  ],
  async figures(item) {
    return [...collations(item), ...schedules(item), ...(await optimiser(item))];
  }
};

function collations(item: Item): Figure[] {
  return (item.json("collators.json") as Collation[]).flatMap((each, c) => {
    const {batch, labels} = collated(each);
    const {rows, length} = batch;
    const figures: ValueFigure[] = [];
    for (let row = 0; row < rows; row++) {
      const part = (values: Int32Array) => [...values.subarray(row * length, (row + 1) * length)];
      const add = (key: string, ours: number[]) =>
        figures.push({
          name: `collator ${c} row ${row} ${key}`,
          ours,
          published: {file: "collators.json", path: [c, "batch", key, row]}
        });
      add("input_ids", part(batch.ids));
      add("labels", labels[row]!);
      add("position_ids", part(batch.positions));
      add(
        "attention_mask",
        part(batch.documents).map((document) => (document > 0 ? 1 : 0))
      );
      add(
        "completion_mask",
        labels[row]!.map((label) => (label === -100 ? 0 : 1))
      );
    }
    return figures;
  });
}

function collated({collator, options, examples}: Collation): LabelledBatch {
  const rows = {padding: options.pad_token_id, multiple: options.pad_to_multiple_of};
  const keep = options.truncation_mode === "keep_end" ? "end" : "start";
  if (collator.includes("Preference")) {
    const side = (name: "chosen_ids" | "rejected_ids") =>
      examples.map((example) =>
        cut(answered(example.prompt_ids!, example[name]!), options.max_length ?? Infinity, keep)
      );
    return paddedRows([...side("chosen_ids"), ...side("rejected_ids")], rows);
  }
  const each = examples.flatMap(
    ({
      input_ids: ids = [],
      completion_mask: mask,
      labels = masked(ids, mask),
      seq_lengths: lengths = [ids.length]
    }) => {
      let from = 0;
      return lengths.map((length): TokenExample => {
        const example = {ids: ids.slice(from, from + length), labels: labels.slice(from, from + length)};
        from += length;
        return cut(example, options.max_length ?? Infinity, keep);
      });
    }
  );
  const flat = options.padding_free || collator.includes("Flattening");
  return flat ? packedRows([each], rows) : paddedRows(each, rows);
}

const masked = (ids: number[], mask: number[] | undefined) =>
  ids.map((id, i) => (mask?.[i] === 0 ? -100 : id));

function schedules(item: Item): Figure[] {
  const tolerance = metaOf(item).tolerance.schedules_rel as number;
  const all = item.json("schedules.json") as {
    name: string;
    base_lr: number;
    warmup_steps: number;
    total_steps: number;
  }[];
  return all.flatMap(({name, base_lr: rate, warmup_steps: warmUp, total_steps: total}, i): ValueFigure[] => {
    const schedule = name.replace("_with_warmup", "") as ScheduleName;
    if (!scheduleNames.includes(schedule)) return [];
    return [
      {
        name: `${name}, ${warmUp} of ${total} steps warm-up`,
        ours: Array.from({length: total}, (_, step) => learningRate(schedule, rate, warmUp, total, step)),
        published: {file: "schedules.json", path: [i, "lr_used_at_step"]},
        agrees: (ours, theirs) =>
          ours.length === theirs.length &&
          ours.every((value, s) => Math.abs(value - theirs[s]!) <= tolerance * Math.abs(theirs[s]!))
      }
    ];
  });
}

async function optimiser(item: Item): Promise<Figure[]> {
  const backend = await oneThread();
  const expected = await Expected.open(item, "adamw.safetensors");
  const settings = metaOf(item).adamw as {
    lr: number;
    betas: [number, number];
    eps: number;
    weight_decay: number;
    max_norm: number;
    norm_before_clip: number[];
  };
  const names = expected
    .names()
    .filter((name) => /^p\d+\.0$/.test(name))
    .map((name) => name.slice(0, -2));
  const starts = await Promise.all(names.map((name) => expected.floats(`${name}.0`)));
  const weights = new Storage(
    backend,
    names.map((name, i) => ({name, shape: [starts[i]!.length]}))
  );
  names.forEach((name, i) => weights.write(name, starts[i]!));
  const trainable = new Trainable(backend, weights, names);
  const workspace = new GraphMemory(backend);
  const figures: Figure[] = [];
  const worst: Record<string, number> = {};
  for (let step = 1; step <= settings.norm_before_clip.length; step++) {
    for (const {name, gradient} of trainable.parameters) {
      const values = await expected.floats(`${name.replace("p", "g")}.${step}`);
      backend.ggml.base.backend_tensor_set(gradient.pointer, values, 0, values.byteLength);
    }
    const norm = gradientNorm(workspace, trainable);
    figures.push({
      name: `norm before clipping, step ${step}`,
      ours: norm,
      published: {file: "meta.json", path: ["adamw", "norm_before_clip", step - 1]},
      agrees: ([own], [their]) => Math.abs(own! - their!) <= 1e-6 * their!
    });
    adamWStep(
      workspace,
      trainable,
      {
        beta1: settings.betas[0],
        beta2: settings.betas[1],
        eps: settings.eps,
        weightDecay: settings.weight_decay
      },
      {step, rate: settings.lr, factor: clipFactor(norm, settings.max_norm)}
    );
    for (const name of names) {
      const compare = async (part: string, ours: Float32Array) => {
        const theirs = await expected.floats(`${name.replace("p", part)}.${step}`);
        worst[part] = Math.max(worst[part] ?? 0, distance(ours, theirs));
      };
      await compare("p", weights.read(name));
      await compare("clipped", trainable.gradientOf(name));
    }
  }
  for (const [part, found] of Object.entries(worst))
    figures.push(within(part === "p" ? "AdamW weights" : "clipped gradients", found, "adamw_atol"));
  trainable.free();
  weights.free();
  workspace.free();
  return figures;
}

import {
  ActiveAdapter,
  adamWStep,
  batchOf,
  clipFactor,
  gradientNorm,
  learningRate,
  readAdapter,
  type ScheduleName,
  targetsOf,
  tokenLosses,
  Trainable
} from "../../../../src/training/trainer/index.js";
import {expected as publishedAt, type Reader, type ValueFigure} from "../../figure.js";
import {has} from "../../item.js";
import {batchIn, distance, Expected, metaOf, namesModel, openModel, type Rows, within} from "./case.js";

interface Meta {
  optimizer: {lr: number; betas: [number, number]; eps: number; weight_decay: number; no_decay: string[]};
  schedule: {name: string; warmup_steps: number; total_steps: number};
  max_grad_norm: number;
  tolerance: {
    loss_atol: number;
    grad_norm_rel: number;
    lr_rel: number;
    final_weight_atol: number;
    final_weight_atol_exceptions?: Record<string, number>;
  };
}

/** Optimiser steps of a published training, adapter or full: loss, norm and rate of each, weights and scores at the end. */
export const languageTraining: Reader = {
  kind: "language model training",
  matches: (item) =>
    namesModel(item, "expected.safetensors", "inputs.json") &&
    has(item.json("inputs.json"), "steps", "probe") &&
    has(metaOf(item), "optimizer", "schedule"),
  async figures(item) {
    const meta = metaOf(item) as unknown as Meta;
    const {steps, probe} = item.json("inputs.json") as {steps: Rows[][]; probe: number[][]};
    const expected = await Expected.open(item);
    const model = await openModel(item);
    const figures: ValueFigure[] = [];
    const scores = async (when: string) => {
      for (const [i, ids] of probe.entries())
        if (expected.has(`${when}.${i}`))
          figures.push(
            within(
              `${when}.${i} logits`,
              distance(model.logits(batchOf([ids])), await expected.floats(`${when}.${i}`)),
              "final_logits_atol"
            )
          );
    };
    try {
      const full = item.files.includes("model_final.safetensors");
      const adapter = full
        ? undefined
        : new ActiveAdapter(model, await readAdapter(item.path("adapter_init")));
      const storage = adapter?.storage ?? model.storage;
      const trainable = new Trainable(
        model.backend,
        storage,
        storage.names(),
        (name) => !meta.optimizer.no_decay.includes(name)
      );
      await scores("before");
      const {optimizer, schedule, tolerance} = meta;
      for (const [i, micro] of steps.entries()) {
        trainable.clearGradients();
        const batches = micro.map((rows) => ({rows, batch: batchIn(rows)}));
        const count = batches.reduce(
          (n, {rows, batch}) => n + targetsOf(batch, rows.labels!, 1).tokens.length,
          0
        );
        let loss = 0;
        for (const {rows, batch} of batches)
          for (const nll of tokenLosses(model, batch, targetsOf(batch, rows.labels!, 1 / count), {
            gradients: true
          }))
            loss += nll / count;
        const norm = gradientNorm(model.workspace, trainable);
        const name = schedule.name.split(" ")[0] as ScheduleName;
        const rate = learningRate(name, optimizer.lr, schedule.warmup_steps, schedule.total_steps, i);
        adamWStep(
          model.workspace,
          trainable,
          {
            beta1: optimizer.betas[0],
            beta2: optimizer.betas[1],
            eps: optimizer.eps,
            weightDecay: optimizer.weight_decay
          },
          {step: i + 1, rate, factor: clipFactor(norm, meta.max_grad_norm)}
        );
        const at = (key: string) => publishedAt("steps", i, key);
        figures.push({
          name: `step ${i} loss`,
          ours: loss,
          published: at("loss"),
          tolerance: tolerance.loss_atol
        });
        figures.push({
          name: `step ${i} gradient norm`,
          ours: norm,
          published: at("grad_norm"),
          agrees: ([own], [their]) => Math.abs(own! - their!) <= tolerance.grad_norm_rel * their!
        });
        figures.push({
          name: `step ${i} rate`,
          ours: rate,
          published: at("lr"),
          agrees: ([own], [their]) => Math.abs(own! - their!) <= tolerance.lr_rel * their!
        });
        figures.push({name: `step ${i} targets`, ours: count, published: at("n_targets")});
      }
      const ours = adapter
        ? adapter.tensors()
        : new Map(storage.names().map((each) => [each, {data: storage.read(each)}]));
      const final = await Expected.open(
        item,
        full ? "model_final.safetensors" : "adapter_final/adapter_model.safetensors"
      );
      let worst = 0;
      for (const each of final.names()) {
        const found = distance(
          ours.get(each.replace(/^base_model\.model\./, ""))!.data,
          await final.floats(each)
        );
        const exception = Object.entries(tolerance.final_weight_atol_exceptions ?? {}).find(([part]) =>
          each.includes(part)
        );
        // Measured in the ordinary tolerance, so that one figure can hold all tensors.
        worst = Math.max(worst, exception ? (found / exception[1]) * tolerance.final_weight_atol : found);
      }
      figures.push(within("final weights", worst, "final_weight_atol"));
      await scores("after");
      trainable.free();
      adapter?.free();
    } finally {
      model.free();
    }
    return figures;
  }
};

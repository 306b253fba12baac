import type {JobRecord} from "../../../base/store/index.js";
import {originLines, type ToolConfiguration, yamlText} from "./configuration.js";
import {withMore, type Words} from "../more.js";
import {toolRules, toolSettings, WARM_UP} from "./settings.js";

const WORDS: Words = {
  epochs: "num_train_epochs",
  rows: "per_device_train_batch_size",
  rate: "learning_rate",
  length: "cutoff_len",
  seed: "seed",
  "lora.rank": "lora_rank",
  "lora.alpha": "lora_alpha",
  "preference.beta": "pref_beta",
  steps: "max_steps"
};

/**
 * LLaMA-Factory's YAML, and the `dataset_info.json` that says what the files are. It passes over conversations with calls of
 * tools without an error, so they are exported in a form that has no place for them.
 */
export const llamaFactory: ToolConfiguration = {
  takes: {
    formats: {chat: "sharegpt", preference: "axolotl-dpo"},
    destination: "LLaMA-Factory",
    ...toolRules(WORDS, () => "cut")
  },
  main: "config.yml",
  files(job, output) {
    const {adapter, epochs, rows, rate, length, seed, beta, more, ownWarmUp} = toolSettings(job, WORDS);
    const info = datasetInfo(job);
    const [train, validation] = Object.keys(info);
    const config = {
      model_name_or_path: job.base,
      stage: beta === undefined ? "sft" : "dpo",
      do_train: true,
      finetuning_type: adapter ? "lora" : "full",
      lora_rank: adapter?.rank,
      lora_alpha: adapter?.alpha,
      lora_target: adapter && "all",
      pref_beta: beta,
      pref_loss: beta === undefined ? undefined : "sigmoid",
      dataset_dir: ".",
      dataset: train,
      eval_dataset: validation,
      cutoff_len: length,
      seed,
      per_device_train_batch_size: rows,
      gradient_accumulation_steps: 1,
      num_train_epochs: epochs,
      learning_rate: rate,
      lr_scheduler_type: "cosine",
      warmup_steps: ownWarmUp ? undefined : warmUpSteps(job),
      bf16: true,
      logging_steps: 1,
      save_strategy: "epoch",
      eval_strategy: validation === undefined ? "no" : "epoch",
      report_to: "none",
      output_dir: output
    };
    return {
      "config.yml": `${originLines(job).join("\n")}\n${yamlText(withMore(config, more))}`,
      "dataset_info.json": `${JSON.stringify(info, null, 2)}\n`
    };
  }
};

/**
 * A number: a share is called otherwise by transformers 4 and 5, and unknown keys are refused. Counted for one device; never
 * 1, which some releases take for a share.
 */
function warmUpSteps(job: JobRecord): number {
  const {epochs, rows} = toolSettings(job, WORDS);
  return Math.max(2, Math.ceil(WARM_UP * epochs * Math.ceil(job.data[0]!.rows / rows)));
}

function datasetInfo({data, format}: JobRecord): Record<string, object> {
  const pairs = format === "axolotl-dpo";
  const form = pairs
    ? {
        ranking: true,
        columns: {messages: "messages", chosen: "chosen", rejected: "rejected"},
        tags: {
          role_tag: "role",
          content_tag: "content",
          user_tag: "user",
          assistant_tag: "assistant",
          system_tag: "system"
        }
      }
    : {columns: {messages: "conversations"}};
  return Object.fromEntries(
    data.map(({path, sha256}) => [
      path.replace(/\.jsonl$/, ""),
      {file_name: path, sha256, formatting: "sharegpt", ...form}
    ])
  );
}

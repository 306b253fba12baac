import {stringify} from "yaml";
import type {JobTraining} from "../define.js";
import type {ToolConfiguration} from "./index.js";
import {originLines} from "./origin.js";

/** LLaMA-Factory's YAML, and the `dataset_info.json` that says what the files are. */
export const llamaFactory: ToolConfiguration = {
  takes: {formats: {chat: "openai", preference: "axolotl-dpo"}, destination: "TRL"},
  main: "config.yml",
  files(job, output) {
    const training = job.settings as JobTraining;
    const {method = "lora", epochs = 3, rows = 8, rate, lora = {}, length = 1024, seed = 0} = training;
    const pairs = job.format === "axolotl-dpo";
    const info = Object.fromEntries(
      job.data.map(({path, sha256}) => [
        path.replace(/\.jsonl$/, ""),
        {
          file_name: path,
          sha256,
          formatting: "sharegpt",
          ranking: pairs ? true : undefined,
          columns: pairs
            ? {messages: "messages", chosen: "chosen", rejected: "rejected"}
            : {messages: "messages"},
          tags: {
            role_tag: "role",
            content_tag: "content",
            user_tag: "user",
            assistant_tag: "assistant",
            system_tag: "system"
          }
        }
      ])
    );
    const [train, validation] = Object.keys(info);
    const config = {
      model_name_or_path: job.base,
      stage: pairs ? "dpo" : "sft",
      do_train: true,
      finetuning_type: method,
      lora_rank: method === "lora" ? (lora.rank ?? 16) : undefined,
      lora_alpha: method === "lora" ? (lora.alpha ?? 32) : undefined,
      lora_target: method === "lora" ? "all" : undefined,
      pref_beta: pairs ? (training.preference?.beta ?? 0.1) : undefined,
      pref_loss: pairs ? "sigmoid" : undefined,
      dataset_dir: ".",
      dataset: train,
      eval_dataset: validation,
      cutoff_len: length,
      seed,
      per_device_train_batch_size: rows,
      gradient_accumulation_steps: 1,
      num_train_epochs: epochs,
      learning_rate: rate ?? (pairs ? 2e-5 : method === "lora" ? 2e-4 : 2e-5),
      lr_scheduler_type: "cosine",
      warmup_ratio: 0.03,
      bf16: true,
      logging_steps: 1,
      save_strategy: "epoch",
      eval_strategy: validation === undefined ? "no" : "epoch",
      output_dir: output,
      ...training.more
    };
    return {
      "config.yml": `${originLines(job).join("\n")}\n${stringify(config)}`,
      "dataset_info.json": `${JSON.stringify(info, null, 2)}\n`
    };
  }
};

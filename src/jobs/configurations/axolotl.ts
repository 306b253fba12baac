import {stringify} from "yaml";
import type {JobTraining} from "../define.js";
import {trainFile, validationFile} from "../services/files.js";
import type {ToolConfiguration} from "./index.js";
import {originLines} from "./origin.js";

/**
 * Axolotl's YAML. Our own split files stand in it (`val_set_size` 0): its own split is the unshuffled end of the data,
 * without groups. Longer examples are cut, not dropped.
 */
export const axolotl: ToolConfiguration = {
  takes: {formats: {chat: "axolotl", preference: "axolotl-dpo"}, destination: "axolotl"},
  main: "config.yml",
  files(job, output) {
    const training = job.settings as JobTraining;
    const {method = "lora", epochs = 3, rows = 8, rate, lora = {}, length = 1024, seed = 0} = training;
    const pairs = job.format === "axolotl-dpo";
    const form = pairs
      ? {
          type: "chat_template.default",
          field_messages: "messages",
          field_chosen: "chosen",
          field_rejected: "rejected"
        }
      : {type: "chat_template", field_messages: "messages"};
    const set = (path: string) => [{path, ds_type: "json", split: "train", ...form}];
    const validation = validationFile(job);
    const config = {
      base_model: job.base,
      rl: pairs ? "dpo" : undefined,
      rl_beta: pairs ? (training.preference?.beta ?? 0.1) : undefined,
      datasets: set(trainFile(job)),
      test_datasets: validation === undefined ? undefined : set(validation),
      val_set_size: 0,
      dataset_prepared_path: "prepared",
      dataset_exact_deduplication: false,
      seed,
      sequence_len: length,
      excess_length_strategy: pairs ? undefined : "truncate",
      sample_packing: false,
      adapter: method === "lora" ? "lora" : undefined,
      lora_r: method === "lora" ? (lora.rank ?? 16) : undefined,
      lora_alpha: method === "lora" ? (lora.alpha ?? 32) : undefined,
      lora_dropout: method === "lora" ? 0 : undefined,
      lora_target_linear: method === "lora" ? true : undefined,
      micro_batch_size: rows,
      gradient_accumulation_steps: 1,
      num_epochs: epochs,
      optimizer: "adamw_torch",
      lr_scheduler: "cosine",
      learning_rate: rate ?? (pairs ? 2e-5 : method === "lora" ? 2e-4 : 2e-5),
      warmup_ratio: 0.03,
      bf16: "auto",
      gradient_checkpointing: true,
      logging_steps: 1,
      evals_per_epoch: validation === undefined ? undefined : 1,
      saves_per_epoch: 1,
      output_dir: output,
      ...training.more
    };
    return {"config.yml": `${originLines(job).join("\n")}\n${stringify(config)}`};
  }
};

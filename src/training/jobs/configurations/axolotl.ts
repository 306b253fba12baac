import {trainFile, validationFile} from "../services/files.js";
import {originLines, type ToolConfiguration, yamlText} from "./configuration.js";
import {withMore, type Words} from "../more.js";
import {toolRules, toolSettings, WARM_UP} from "./settings.js";

const WORDS: Words = {
  epochs: "num_epochs",
  rows: "micro_batch_size",
  rate: "learning_rate",
  length: "sequence_len",
  seed: "seed",
  "lora.rank": "lora_r",
  "lora.alpha": "lora_alpha",
  "preference.beta": "rl_beta",
  steps: "max_steps"
};

/**
 * Axolotl's YAML. Our own split files stand in it (`val_set_size` 0): its own split is the unshuffled end of the data,
 * without groups. Longer conversations are cut, not dropped; longer pairs are dropped.
 */
export const axolotl: ToolConfiguration = {
  takes: {
    formats: {chat: "axolotl", preference: "axolotl-dpo"},
    destination: "axolotl",
    ...toolRules(WORDS, (pairs) => (pairs ? "dropped without a word" : "cut at the end"))
  },
  main: "config.yml",
  files(job, output) {
    const {adapter, epochs, rows, rate, length, seed, beta, more, ownWarmUp} = toolSettings(job, WORDS);
    const pairs = beta !== undefined;
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
      rl_beta: beta,
      datasets: set(trainFile(job)),
      test_datasets: validation === undefined ? undefined : set(validation),
      val_set_size: 0,
      dataset_prepared_path: "prepared",
      dataset_exact_deduplication: false,
      seed,
      sequence_len: length,
      excess_length_strategy: pairs ? undefined : "truncate",
      sample_packing: false,
      adapter: adapter && "lora",
      lora_r: adapter?.rank,
      lora_alpha: adapter?.alpha,
      lora_dropout: adapter && 0,
      lora_target_linear: adapter && true,
      micro_batch_size: rows,
      gradient_accumulation_steps: 1,
      num_epochs: epochs,
      optimizer: "adamw_torch",
      lr_scheduler: "cosine",
      learning_rate: rate,
      warmup_ratio: ownWarmUp ? undefined : WARM_UP,
      bf16: "auto",
      gradient_checkpointing: true,
      logging_steps: 1,
      // By `evals_per_epoch: 1` it never checks when there is one epoch.
      eval_strategy: validation === undefined ? undefined : "epoch",
      save_strategy: "epoch",
      output_dir: output
    };
    return {"config.yml": `${originLines(job).join("\n")}\n${yamlText(withMore(config, more))}`};
  }
};

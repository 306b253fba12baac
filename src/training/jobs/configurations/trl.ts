import type {JobRecord} from "../../../base/store/index.js";
import {originLines, type ToolConfiguration} from "./configuration.js";
import {DATASET_OF, pythonValue, readData, setDatasets, trlImport, trlTrainer} from "./python.js";
import {toolRules, toolSettings, TRL_WORDS} from "./settings.js";

export const trl: ToolConfiguration = {
  takes: {
    formats: {chat: "trl", preference: "trl-dpo", kto: "trl-kto"},
    destination: "TRL",
    ...toolRules(TRL_WORDS, () => "cut at the end")
  },
  main: "train.py",
  files: (job, output) => ({"train.py": trlScript(job, output)})
};

/**
 * A script for `uv run train.py`, or Python with TRL and PEFT, that trains and saves the adapter or the model in `output`.
 * @param data the folder with the files, where it is not the script's working folder
 * @param before lines that stand before the training
 * @param after lines that follow it
 */
export function trlScript(
  job: JobRecord,
  output: string,
  {data, before = "", after = ""}: {data?: string; before?: string; after?: string} = {}
) {
  const {adapter} = toolSettings(job, TRL_WORDS);
  // Some releases load a model in 32 bits when nothing is said, some as it is stored; all weights are trained in 32.
  const {trainer, config, call} = trlTrainer(job, output, {
    model_init_kwargs: {dtype: adapter ? "bfloat16" : "float32"}
  });
  const peft = adapter
    ? `LoraConfig(r=${adapter.rank}, lora_alpha=${adapter.alpha}, target_modules="all-linear", task_type="CAUSAL_LM")`
    : "None";
  return `# /// script
# requires-python = ">=3.10"
# dependencies = ["trl>=0.24", "peft>=0.17", "datasets>=4.7", "transformers", "torch"]
# ///
${originLines(job).join("\n")}
import hashlib
import inspect
import json
import sys

from datasets import Dataset
from peft import LoraConfig
${trlImport(config, trainer)}

${readData(job, data)}


${DATASET_OF}


${setDatasets(job)}
${before}
trainer = ${trainer}(
    model=${pythonValue(job.base)},
    args=${call},
    train_dataset=train,
    eval_dataset=validation,
    peft_config=${peft},
)
trainer.train()
trainer.save_model(${pythonValue(output)})
${after}`;
}

/**
 * TRL's script with the result put into a private repository. That one is made before the training: a token that may not
 * write fails then, and not after hours that are paid.
 */
export function hubScript(job: JobRecord, repository: string): string {
  const before = `
from huggingface_hub import HfApi

hub = HfApi()
hub.create_repo(${JSON.stringify(repository)}, private=True, exist_ok=True)
`;
  const after = `
hub.upload_folder(repo_id=${JSON.stringify(repository)}, folder_path="/tmp/output", ignore_patterns=["checkpoint-*"])
`;
  return trlScript(job, "/tmp/output", {data: "/data", before, after});
}

import {originLines, type ToolConfiguration} from "./configuration.js";
import {DATASET_OF, pythonValue, readData, setDatasets, trlTrainer} from "./python.js";
import {toolRules, toolSettings, TRL_WORDS} from "./settings.js";

/** Lines that define `dataset_of` for conversations: their texts, by the template of `tokenizer`. */
const TEXTS = `def as_text(row):
    messages = row["messages"]
    for message in messages:
        if message["role"] == "developer":
            message["role"] = "system"
    for call in (call for message in messages for call in message.get("tool_calls") or []):
        # Templates write arguments as JSON: as text they would be written as JSON twice.
        if isinstance(call["function"].get("arguments"), str):
            call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    text = tokenizer.apply_chat_template(messages, tools=row.get("tools"), tokenize=False)
    # Unsloth adds the first token itself unless it finds it in the template's own words.
    if tokenizer.bos_token and tokenizer.bos_token not in (tokenizer.chat_template or ""):
        text = text.removeprefix(tokenizer.bos_token)
    return text


def dataset_of(rows):
    return Dataset.from_dict({"text": [as_text(row) for row in rows]})`;

/** A script with Unsloth's model under TRL's trainer. Conversations become text by the tokenizer's own template. */
export const unsloth: ToolConfiguration = {
  takes: {
    formats: {chat: "openai", preference: "trl-dpo"},
    destination: "TRL",
    ...toolRules(TRL_WORDS, () => "cut at the end")
  },
  main: "train.py",
  files(job, output) {
    const {adapter, length, seed, beta} = toolSettings(job, TRL_WORDS);
    const pairs = beta !== undefined;
    const {trainer, config, call} = trlTrainer(job, output, {dataset_text_field: pairs ? undefined : "text"});
    const withAdapter = adapter
      ? `model = FastLanguageModel.get_peft_model(
    model,
    r=${adapter.rank},
    lora_alpha=${adapter.alpha},
    lora_dropout=0,
    target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    use_gradient_checkpointing="unsloth",
    random_state=${seed},
)
`
      : "";
    const script = `# /// script
# requires-python = ">=3.10"
# dependencies = ["unsloth", "datasets"]
# ///
${originLines(job).join("\n")}
import hashlib${pairs ? "\nimport inspect" : ""}
import json
import sys

from unsloth import FastLanguageModel
from datasets import Dataset
from trl import ${config}, ${trainer}

${readData(job)}

model, tokenizer = FastLanguageModel.from_pretrained(
    model_name=${pythonValue(job.base)},
    max_seq_length=${length},
    load_in_4bit=False,
    full_finetuning=${pythonValue(adapter === undefined)},
)
${withAdapter}

${pairs ? DATASET_OF : TEXTS}


${setDatasets(job)}

trainer = ${trainer}(
    model=model,
    processing_class=tokenizer,
    args=${call},
    train_dataset=train,
    eval_dataset=validation,
)
trainer.train()
trainer.save_model(${pythonValue(output)})
`;
    return {"train.py": script};
  }
};

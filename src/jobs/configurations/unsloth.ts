import type {ToolConfiguration} from "./index.js";
import {originLines} from "./origin.js";
import {loadData, pythonValue, trlTrainer} from "./python.js";
import {toolSettings} from "./settings.js";

/** A script with Unsloth's model under TRL's trainer. Conversations become text by the tokenizer's own template. */
export const unsloth: ToolConfiguration = {
  takes: {formats: {chat: "openai", preference: "trl-dpo"}, destination: "TRL"},
  main: "train.py",
  files(job, output) {
    const {adapter, length, seed, beta} = toolSettings(job);
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
    const asText = pairs
      ? ""
      : `def given(value):
    # Rows of one table have the fields of all: what was not there is None.
    if isinstance(value, dict):
        return {name: given(one) for name, one in value.items() if one is not None}
    return [given(one) for one in value] if isinstance(value, list) else value


def as_text(row):
    messages = given(row["messages"])
    for message in messages:
        if message["role"] == "developer":
            message["role"] = "system"
    for call in (call for message in messages for call in message.get("tool_calls", [])):
        # Templates write arguments as JSON: as text they would be written as JSON twice.
        if isinstance(call["function"].get("arguments"), str):
            call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    text = tokenizer.apply_chat_template(messages, tools=given(row.get("tools")), tokenize=False)
    # Unsloth adds the first token itself unless it finds it in the template's own words.
    if tokenizer.bos_token and tokenizer.bos_token not in (tokenizer.chat_template or ""):
        text = text.removeprefix(tokenizer.bos_token)
    return {"text": text}


train = train.map(as_text, remove_columns=train.column_names)
validation = validation and validation.map(as_text, remove_columns=validation.column_names)
`;
    const script = `# /// script
# requires-python = ">=3.10"
# dependencies = ["unsloth", "datasets"]
# ///
${originLines(job).join("\n")}
import hashlib
import json
import sys

from unsloth import FastLanguageModel
from datasets import Dataset
from trl import ${config}, ${trainer}

${loadData(job)}

model, tokenizer = FastLanguageModel.from_pretrained(
    model_name=${pythonValue(job.base)},
    max_seq_length=${length},
    load_in_4bit=False,
    full_finetuning=${pythonValue(adapter === undefined)},
)
${withAdapter}${asText}
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

import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {type OpenModel, tokenizerFolder} from "../plan/model.js";
import {readMapping} from "../readMapping.js";
import {assertTextFile} from "../../../base/system/regularFile.js";

const loop = (body: string) => `{% for message in messages %}${body}{% endfor %}`;
const prompt = (text: string) => `{% if add_generation_prompt %}${text}{% endif %}`;

/** Chat formats by the names recipes use. */
const TEMPLATES: Readonly<Record<string, string>> = {
  chatml:
    loop("{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}") +
    prompt("{{ '<|im_start|>assistant\\n' }}"),
  alpaca:
    loop(
      "{% if message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}" +
        "{% elif message['role'] == 'user' %}{{ '### Instruction:\\n' + message['content'] + '\\n\\n' }}" +
        "{% else %}{{ '### Response:\\n' + message['content'] + '\\n\\n' }}{% endif %}"
    ) + prompt("{{ '### Response:\\n' }}"),
  llama3:
    loop(
      "{% if loop.first %}{{ bos_token }}{% endif %}" +
        "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}"
    ) + prompt("{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}"),
  mistral:
    "{{ bos_token }}" +
    loop(
      "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}" +
        "{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'] + eos_token }}{% endif %}"
    ),
  exaone:
    loop(
      "{{ '[|' + message['role'] + '|]' + message['content'] }}" +
        "{% if message['role'] == 'user' %}{{ '\\n' }}{% else %}{{ '[|endofturn|]\\n' }}{% endif %}"
    ) + prompt("{{ '[|assistant|]' }}")
};

/** The template a recipe asks for: literal, by name, or ("auto") the commonest of the models; undefined if none. */
export async function mergedChatTemplate(
  asked: string | undefined,
  models: readonly OpenModel[]
): Promise<string | undefined> {
  if (asked === undefined) return undefined;
  if (asked !== "auto") return TEMPLATES[asked] ?? asked;
  const counts = new Map<string, number>();
  for (const model of models) {
    const own = await ownTemplate(tokenizerFolder(model));
    if (own !== undefined) counts.set(own, (counts.get(own) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

async function ownTemplate(folder: string): Promise<string | undefined> {
  const path = join(folder, "chat_template.jinja");
  await assertTextFile(path);
  if (existsSync(path)) return readFile(path, "utf8");
  const template = (await readMapping(folder, "tokenizer_config.json"))?.chat_template;
  const named = Array.isArray(template)
    ? (template as {name?: unknown; template?: unknown}[]).find(({name}) => name === "default")?.template
    : template;
  return typeof named === "string" ? named : undefined;
}

import {emptyRecord} from "../../../base/validation/memberOf.js";
import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import type {Tokenizer} from "@huggingface/tokenizers";
import {type ChatTemplate, chatTemplate} from "../../../weights/chatTemplates/index.js";
import {
  addsToken,
  specialTokenIds,
  specialTokenText,
  type TokenizerParts,
  vocabularyProblem
} from "../../../weights/safetensors/index.js";
import {assertTextFile} from "../../../base/system/index.js";
import {messageOf, UserError} from "../../../base/validation/index.js";

/** A tokenizer as a model's folder holds it. */
export interface TokenizerFiles {
  "tokenizer.json": Record<string, unknown>;
  "tokenizer_config.json": Record<string, unknown>;
}

/** Files of a model's folder that belong to its text, not its weights. */
export const TEXT_FILES = [
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "vocab.json",
  "merges.txt",
  "tokenizer.model",
  "chat_template.jinja",
  "generation_config.json"
];

/** How a model reads text. */
export interface TextReader {
  encode(text: string): number[];
  template?: ChatTemplate;
  /** Special tokens by their names in templates: bos_token, eos_token … */
  special: Record<string, string>;
  /** What a text begins with where no chat template says it: the first token, of tokenizers that add it. */
  first?: number;
  eos?: number;
  vocabulary: number;
}

/** The tokenizer and chat template of a model's folder. Throws when there is no tokenizer.json or it cannot be read. */
export async function readTokenizer(folder: string): Promise<TextReader> {
  const json = await readJsonFile(join(folder, "tokenizer.json"));
  if (!json)
    throw new UserError(
      `${folder} has no tokenizer.json, so its text cannot be prepared. Fetch it from where the model came from.`
    );
  const problem = vocabularyProblem(json.model);
  if (problem !== undefined)
    throw new UserError(
      `${folder}/tokenizer.json ${problem}. Fetch it again from where the model came from.`
    );
  const config = (await readJsonFile(join(folder, "tokenizer_config.json"))) ?? {};
  const {Tokenizer: Implementation} = await import("@huggingface/tokenizers");
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Implementation(json, config);
  } catch (cause) {
    throw new UserError(`${folder}/tokenizer.json cannot be read: ${messageOf(cause)}.`, {cause});
  }
  const encode = (text: string) => [...tokenizer.encode(text, {add_special_tokens: false}).ids].map(Number);
  const parts: TokenizerParts = {config: await modelConfig(folder), tokenizer: json, tokenizerConfig: config};
  const ids = specialTokenIds(parts, SPECIAL);
  const special: Record<string, string> = emptyRecord();
  for (const type of SPECIAL) {
    const id = ids.get(type);
    const content =
      specialTokenText(parts, type) ?? (id === undefined ? undefined : tokenizer.id_to_token(id));
    if (content !== undefined) special[`${type}_token`] = content;
  }
  const id = (type: string) => {
    const token = special[`${type}_token`];
    const encoded = token === undefined ? [] : encode(token);
    return ids.get(type) ?? (encoded.length === 1 ? encoded[0] : undefined);
  };
  const source = await templateSource(folder, config);
  // llama.cpp does the same where the files do not say.
  const addsFirst = addsToken(parts, "bos") ?? isSentencePiece(json);
  return {
    encode,
    template: source === undefined ? undefined : chatTemplate(source),
    special,
    first: addsFirst ? id("bos") : undefined,
    eos: id("eos"),
    vocabulary: vocabularySize(json)
  };
}

const SPECIAL = ["bos", "eos", "pad", "unk"];

function isSentencePiece({model}: Record<string, unknown>): boolean {
  return (model as {byte_fallback?: unknown} | undefined)?.byte_fallback === true;
}

/** config.json; models that see and read keep the language model's settings one level down. */
async function modelConfig(folder: string): Promise<Record<string, unknown>> {
  const config = (await readJsonFile(join(folder, "config.json"))) ?? {};
  return {...config, ...(config.text_config as Record<string, unknown> | undefined)};
}

/** The chat template that a tokenizer's folder or files have; undefined of none, and of the plain one of a byte tokenizer. */
export async function ownTemplate(from: string | TokenizerFiles): Promise<string | undefined> {
  const source =
    typeof from === "string"
      ? await templateSource(from, (await readJsonFile(join(from, "tokenizer_config.json"))) ?? {})
      : templateIn(from["tokenizer_config.json"]);
  return source === PLAIN_TEMPLATE ? undefined : source;
}

async function templateSource(folder: string, config: Record<string, unknown>): Promise<string | undefined> {
  const file = join(folder, "chat_template.jinja");
  await assertTextFile(file);
  return existsSync(file) ? readFile(file, "utf8") : templateIn(config);
}

function templateIn({chat_template: own}: Record<string, unknown>): string | undefined {
  if (typeof own === "string") return own;
  if (!Array.isArray(own)) return undefined;
  return (own as {name?: string; template?: string}[]).find(({name}) => name === "default")?.template;
}

/** Undefined where there is no file. */
export async function readJsonFile(path: string): Promise<Record<string, unknown> | undefined> {
  if (!existsSync(path)) return undefined;
  await assertTextFile(path);
  try {
    return JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  } catch (cause) {
    throw new UserError(`${path} is not valid JSON (${messageOf(cause)}). Fetch it again.`, {cause});
  }
}

/** One more than the largest token id. */
export function vocabularySize(json: Record<string, unknown>): number {
  const vocabulary = (json.model as {vocab?: Record<string, number> | [string, number][]} | undefined)?.vocab;
  const added = (json.added_tokens as {id: number}[] | undefined) ?? [];
  let largest = -1;
  if (Array.isArray(vocabulary)) largest = vocabulary.length - 1;
  else for (const id of Object.values(vocabulary ?? {})) largest = Math.max(largest, id);
  for (const {id} of added) largest = Math.max(largest, id);
  return largest + 1;
}

/** One text after the other; an answer ends with the end token. */
const PLAIN_TEMPLATE =
  "{% for message in messages %}{{ message['content'] }}{% if message['role'] == 'assistant' %}<|end|>{% endif %}{% endfor %}";

/**
 * A tokenizer for models from scratch: the 256 bytes, so that any text can be written, and further tokens for what the
 * task is made of ("AH0", "-ing"). No merges are learned. Ids: <|end|> 0, bytes 1 … 256, then `tokens`. Its chat template is the messages one after the other.
 * Throws a UserError for tokens that it has already, such as "K", those that stand twice, and empty ones: no model with such is ever loaded.
 */
export function byteTokenizer({tokens = []}: {tokens?: readonly string[]} = {}): TokenizerFiles {
  const letters = byteLetters();
  const vocab: Record<string, number> = {"<|end|>": 0};
  letters.forEach((letter, byte) => (vocab[letter] = byte + 1));
  assertNew(tokens, new Set(Object.keys(vocab)));
  const added = (content: string, id: number, special: boolean) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special
  });
  const ends = [added("<|end|>", 0, true)];
  return {
    "tokenizer.json": {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: [...ends, ...tokens.map((token, i) => added(token, 257 + i, false))],
      normalizer: null,
      pre_tokenizer: {type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true},
      post_processor: null,
      decoder: {type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true},
      model: {
        type: "BPE",
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab,
        merges: []
      }
    },
    "tokenizer_config.json": {
      tokenizer_class: "GPT2TokenizerFast",
      add_bos_token: false,
      add_prefix_space: false,
      bos_token: "<|end|>",
      eos_token: "<|end|>",
      pad_token: "<|end|>",
      unk_token: "<|end|>",
      clean_up_tokenization_spaces: false,
      chat_template: PLAIN_TEMPLATE
    }
  };
}

function assertNew(tokens: readonly string[], known: ReadonlySet<string>): void {
  const named = (list: readonly string[]) => [...new Set(list)].map((one) => JSON.stringify(one)).join(", ");
  const had = tokens.filter((token) => known.has(token));
  const twice = tokens.filter((token, i) => tokens.indexOf(token) !== i && !known.has(token));
  const problems = [
    ...(had.length > 0
      ? [`it has ${named(had)} without them: single bytes and <|end|> are tokens already`]
      : []),
    ...(twice.length > 0 ? [`${named(twice)} stands there more than once`] : []),
    ...(tokens.includes("") ? ["an empty text is no token"] : [])
  ];
  if (problems.length > 0) throw new UserError(`byteTokenizer: \`tokens\`: ${problems.join("; ")}.`);
}

/** GPT-2's printable letters for the 256 bytes. */
function byteLetters(): string[] {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  return Array.from({length: 256}, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
}

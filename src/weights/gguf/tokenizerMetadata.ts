import {memberOf} from "../../base/validation/memberOf.js";
import {max} from "d3-array";
import {addsToken, specialTokenIds, type TokenizerParts, vocabularyProblem} from "../safetensors/index.js";
import {UserError} from "../../base/validation/errors.js";
import type {CheckpointFolder} from "./checkpointFolder.js";
import {preTokenizerName} from "./preTokenizer.js";
import {count, flag, list, type MetadataValue, text} from "./values.js";

/** Kinds of token, as llama.cpp numbers them. */
const TOKEN = {normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6} as const;

interface AddedToken {
  id: number;
  content: string;
  special?: boolean;
  normalized?: boolean;
}

interface TokenizerJson {
  model?: {
    type?: string;
    vocab?: Record<string, number>;
    merges?: (string | [string, string])[];
    byte_fallback?: boolean;
    unk_token?: string | null;
  };
  added_tokens?: AddedToken[];
  pre_tokenizer?: unknown;
  post_processor?: TokenizerParts["tokenizer"]["post_processor"];
  normalizer?: unknown;
}

export interface TokenizerOptions {
  /** llama.cpp's name for how text is split, where tokenizer.json does not tell it. */
  preTokenizer?: string;
}

/**
 * A tokenizer as GGUF metadata, as llama.cpp's converter writes it: tokens with their kinds, merges (or scores, for
 * tokenizers with byte fallback), special tokens, chat template. Throws a UserError when the tokenizer does not fit
 * the model or is of a kind that llama.cpp cannot run.
 */
export function tokenizerMetadata(
  model: Pick<
    CheckpointFolder,
    "folder" | "config" | "tokenizer" | "tokenizerConfig" | "generationConfig" | "chatTemplate"
  >,
  options: TokenizerOptions = {}
): Map<string, MetadataValue> {
  const tokenizer = model.tokenizer as TokenizerJson;
  const tokens = vocabularyOf(model, tokenizer);
  const metadata = new Map<string, MetadataValue>();
  const fallback = tokenizer.model?.byte_fallback === true;
  metadata.set("tokenizer.ggml.model", text(fallback ? "llama" : "gpt2"));
  const pre = fallback ? "default" : splitName(model.folder, tokenizer, options);
  metadata.set("tokenizer.ggml.pre", text(pre));
  metadata.set(
    "tokenizer.ggml.tokens",
    list(
      "string",
      tokens.map((token) => token.text)
    )
  );
  if (fallback) metadata.set("tokenizer.ggml.scores", list("float32", scoresOf(tokenizer, tokens)));
  metadata.set(
    "tokenizer.ggml.token_type",
    list(
      "int32",
      tokens.map((token) => token.kind)
    )
  );
  if (fallback) metadata.set("tokenizer.ggml.add_space_prefix", flag(addsSpace(tokenizer)));
  else metadata.set("tokenizer.ggml.merges", list("string", mergesOf(tokenizer)));
  const special = specialTokens({...model, tokenizer}, pre);
  for (const [key, value] of special) metadata.set(key, value);
  const stated = model.generationConfig?.eos_token_id ?? model.config.eos_token_id;
  const eos = special.get("tokenizer.ggml.eos_token_id")?.value;
  const ends = (Array.isArray(stated) ? stated : [stated]).filter((id) => id !== eos);
  for (const [key, id] of otherEnds(ends, tokens)) metadata.set(key, count(id));
  if (model.chatTemplate !== undefined) metadata.set("tokenizer.chat_template", text(model.chatTemplate));
  return metadata;
}

interface Token {
  text: string;
  kind: number;
}

function vocabularyOf(
  {folder, config}: Pick<CheckpointFolder, "folder" | "config">,
  tokenizer: TokenizerJson
) {
  const {model, added_tokens: added = []} = tokenizer;
  if (model?.type !== "BPE" || !model.vocab)
    throw new UserError(
      `${folder}/tokenizer.json holds a ${model?.type ?? "nameless"} model; only byte-pair encoding (BPE) can be written to GGUF.`
    );
  const problem = vocabularyProblem(model);
  if (problem !== undefined)
    throw new UserError(`${folder}/tokenizer.json ${problem}. Fetch tokenizer and weights of one model.`);
  const size = Number(config.vocab_size ?? Object.keys(model.vocab).length);
  const byId = new Map(Object.entries(model.vocab).map(([content, id]) => [id, content]));
  const addedById = new Map(added.map((token) => [token.id, token]));
  for (const {id, content} of added) byId.set(id, content);
  const highest = max(byId.keys()) ?? -1;
  if (highest >= size)
    throw new UserError(
      `The tokenizer of ${folder} does not fit the model: it has the token ${JSON.stringify(byId.get(highest))} with number ${highest}, but the model's vocabulary has ${size} rows. Fetch tokenizer and weights of one model.`
    );
  const fallback = model.byte_fallback === true;
  const tokens = Array.from({length: size}, (_, id): Token => {
    const content = byId.get(id);
    if (content === undefined) return {text: `[PAD${id}]`, kind: TOKEN.unused};
    const own = addedById.get(id);
    if (own) {
      const kind = kindOfAdded(own, model.unk_token);
      // llama.cpp writes tokens of this kind as they are: the sign for a space would be seen.
      const spaced = fallback && kind === TOKEN.userDefined;
      return {text: spaced ? content.replaceAll("▁", " ") : content, kind};
    }
    if (fallback && /^<0x[0-9A-F]{2}>$/.test(content)) return {text: content, kind: TOKEN.byte};
    return {text: content, kind: TOKEN.normal};
  });
  assertDistinct(folder, tokens);
  return tokens;
}

/** llama.cpp ends the process that loads one text under two numbers. */
function assertDistinct(folder: string, tokens: readonly Token[]): void {
  const numbers = new Map<string, number>();
  const twice: string[] = [];
  for (const [id, {text: content}] of tokens.entries()) {
    const first = numbers.get(content);
    if (first === undefined) numbers.set(content, id);
    else twice.push(`${JSON.stringify(content)} (${first} and ${id})`);
  }
  if (twice.length === 0) return;
  const more = twice.length > MOST_NAMED ? ` and ${twice.length - MOST_NAMED} more` : "";
  throw new UserError(
    `${folder}/tokenizer.json has tokens under two numbers each, which llama.cpp does not load: ${twice.slice(0, MOST_NAMED).join(", ")}${more}. Take the added ones out, and train again.`
  );
}

const MOST_NAMED = 5;

function kindOfAdded({content, special}: AddedToken, unknown: string | null | undefined): number {
  if (unknown !== undefined && unknown === content) return TOKEN.unknown;
  return special || looksSpecial(content) ? TOKEN.control : TOKEN.userDefined;
}

/** Some models forget to mark their special tokens. */
function looksSpecial(content: string): boolean {
  return /^(<pad>|<mask>|<\|.*\|>|<｜.*｜>|<unused\d+>)$/.test(content);
}

function splitName(folder: string, tokenizer: TokenizerJson, {preTokenizer}: TokenizerOptions): string {
  const name = preTokenizer ?? preTokenizerName(tokenizer.pre_tokenizer);
  if (name !== undefined) return name;
  throw new UserError(
    `${folder}/tokenizer.json splits text in a way that is not known here. Name llama.cpp's pre-tokenizer for it with --pre (a list is in llama.cpp's convert_hf_to_gguf_update.py).`
  );
}

function mergesOf({model}: TokenizerJson): string[] {
  return (model?.merges ?? []).map((merge) =>
    typeof merge === "string"
      ? merge
      : // A space inside a part would read as the gap between the two.
        merge.map((part) => part.replaceAll(" ", "Ġ")).join(" ")
  );
}

/** SentencePiece scores a piece by the negative rank of the merge that makes it; pieces without a merge come first. */
function scoresOf({model}: TokenizerJson, tokens: readonly Token[]): number[] {
  const rank = new Map<string, number>();
  (model?.merges ?? []).forEach((merge, i) => {
    const made = typeof merge === "string" ? merge.replace(" ", "") : merge.join("");
    if (!rank.has(made)) rank.set(made, i);
  });
  const last = rank.size;
  return tokens.map(({text: content, kind}) =>
    kind === TOKEN.normal || kind === TOKEN.userDefined
      ? -(rank.get(content.replaceAll(" ", "▁")) ?? last)
      : 0
  );
}

function addsSpace({normalizer, pre_tokenizer: preTokenizer}: TokenizerJson): boolean {
  const settings = JSON.stringify([normalizer, preTokenizer]);
  return settings.includes('"Prepend"') || /"prepend_scheme":"(first|always)"/.test(settings);
}

/** Tokens that llama.cpp knows by their names to end a text. */
const KNOWN_ENDS = new Set(
  "<|eot_id|> <|eom_id|> <|im_end|> <|end|> <|endoftext|> <end_of_turn> <EOT> _<EOT>".split(" ")
);

/** Where further tokens that end a text are written: those of a turn and of a message. llama.cpp has places for no more. */
const END_KEYS = ["tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"];

function otherEnds(ids: readonly unknown[], tokens: readonly Token[]): [string, number][] {
  const unknown = ids.filter(
    (id): id is number => typeof id === "number" && id in tokens && !KNOWN_ENDS.has(tokens[id]!.text)
  );
  return END_KEYS.slice(0, unknown.length).map((key, i) => [key, unknown[i]!]);
}

const KEYS: Readonly<Record<string, string>> = {
  bos: "bos_token_id",
  eos: "eos_token_id",
  unk: "unknown_token_id",
  sep: "seperator_token_id",
  pad: "padding_token_id",
  mask: "mask_token_id"
};

/** Ways of splitting with which llama.cpp adds the first token unless it is told. */
const ADDS_FIRST = new Set(["llama-bpe", "tekken"]);

function specialTokens(parts: TokenizerParts, pre: string): Map<string, MetadataValue> {
  const metadata = new Map<string, MetadataValue>();
  for (const [type, id] of specialTokenIds(parts, Object.keys(KEYS)))
    metadata.set(`tokenizer.ggml.${memberOf(KEYS, type)}`, count(id));
  for (const type of ["bos", "eos"] as const) {
    const silent = type === "bos" && ADDS_FIRST.has(pre) ? false : undefined;
    const value = addsToken(parts, type) ?? silent;
    if (value !== undefined) metadata.set(`tokenizer.ggml.add_${type}_token`, flag(value));
  }
  return metadata;
}

import {isMapping, type RecipeReader} from "./reader.js";
import type {TokenizerSettings, TokenSource} from "./types.js";

/** Several times as many rows as the largest vocabulary has. */
const MOST_ROWS = 1 << 20;

/** Reads `tokenizer:` (or `tokenizer_source:` as its short form). */
export function readTokenizerSetting(
  value: unknown,
  path: string,
  reader: RecipeReader
): TokenizerSettings | undefined {
  if (!isMapping(value)) {
    reader.problem(path, "tokenizer is a mapping with source, tokens and pad_to_multiple_of.");
    return undefined;
  }
  reader.keys(value, path, ["source", "tokens", "pad_to_multiple_of"]);
  const given = value.source ?? "union";
  const at = path === "tokenizer_source" ? path : `${path}.source`;
  const source = given === "union" || given === "base" ? given : reader.reference(given, at);
  const pad = value.pad_to_multiple_of;
  if (pad != null && !(Number.isSafeInteger(pad) && (pad as number) > 0 && (pad as number) <= MOST_ROWS))
    reader.problem(
      `${path}.pad_to_multiple_of`,
      `pad_to_multiple_of is a whole number from 1 to ${MOST_ROWS}: the vocabulary gets at least as many rows.`
    );
  if (!source) return undefined;
  return {
    source,
    tokens: readTokens(value.tokens, `${path}.tokens`, reader),
    padToMultipleOf: pad == null ? undefined : Number(pad)
  };
}

function readTokens(value: unknown, path: string, reader: RecipeReader): TokenizerSettings["tokens"] {
  if (value === undefined || value === null) return {};
  if (!isMapping(value)) {
    reader.problem(path, "tokens is a mapping from token to {source, force}.");
    return {};
  }
  const tokens: TokenizerSettings["tokens"] = {};
  for (const [token, raw] of Object.entries(value)) {
    const at = `${path}.${token}`;
    const entry = raw ?? {};
    if (!isMapping(entry)) {
      reader.problem(at, "a token's setting is a mapping with source and force.");
      continue;
    }
    reader.keys(entry, at, ["source", "force"]);
    if (entry.force != null && typeof entry.force !== "boolean")
      reader.problem(`${at}.force`, "force is true or false.");
    const source = entry.source == null ? undefined : readSource(entry.source, `${at}.source`, reader);
    tokens[token] = {source, force: entry.force === true};
  }
  return tokens;
}

function readSource(value: unknown, path: string, reader: RecipeReader): TokenSource | undefined {
  if (isMapping(value) && value.kind === "zero") return {kind: "zero"};
  if (isMapping(value) && value.kind === "model_token") {
    const model = reader.reference(value.model, `${path}.model`);
    if ((value.token == null) === (value.token_id == null))
      reader.problem(path, "a model_token source names exactly one of token and token_id.");
    if (!model) return undefined;
    return {
      kind: "model_token",
      model,
      token: value.token == null ? undefined : String(value.token),
      tokenId: value.token_id == null ? undefined : Number(value.token_id)
    };
  }
  const model = reader.reference(value, path);
  return model && {kind: "model", model};
}

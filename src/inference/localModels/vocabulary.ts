import {flagOf, numberOf, metadataText, metadataTexts, type GgufFile} from "../../weights/gguf/read.js";
import {UserError} from "../../base/validation/errors.js";

const CONTROL = 3;
const UNKNOWN = 2;

/** A model's tokens as bytes. */
export interface TokenBytes {
  size: number;
  /** The bytes a token stands for; a special token has its name. */
  bytes(token: number): Uint8Array;
  /** Special tokens steer the model and are no part of its text. */
  isSpecial(token: number): boolean;
  /** Whether the model's tokenizer brings text into composed Unicode form first. */
  composes: boolean;
  /** What a prompt begins with where no chat template says it. */
  first?: number;
  specialTokens: Record<string, string>;
}

/** Reads the tokens from a GGUF file's metadata. Throws when it has none or is of a kind not known here. */
export function vocabularyOf(file: GgufFile): TokenBytes {
  const tokens = metadataTexts(file, "tokenizer.ggml.tokens");
  const kind = metadataText(file, "tokenizer.ggml.model");
  if (!tokens || (kind !== "gpt2" && kind !== "llama"))
    throw new UserError(
      `${file.path}: its tokenizer is ${kind === undefined ? "missing" : JSON.stringify(kind)}; "gpt2" (byte-level) and "llama" (SentencePiece) can be run here.`
    );
  const types = (file.metadata.get("tokenizer.ggml.token_type")?.value ?? []) as readonly number[];
  const isSpecial = (token: number) => types[token] === CONTROL || types[token] === UNKNOWN;
  const decode = kind === "gpt2" ? fromByteLevel : fromSentencePiece;
  const cache = new Map<number, Uint8Array>();
  const textFor = (key: string) => {
    const id = numberOf(file, `tokenizer.ggml.${key}_token_id`);
    return id === undefined ? undefined : tokens[id];
  };
  const named: [string, string | undefined][] = [
    ["bos_token", textFor("bos")],
    ["eos_token", textFor("eos")],
    ["unk_token", textFor("unknown")],
    ["pad_token", textFor("padding")]
  ];
  return {
    size: tokens.length,
    bytes(token) {
      let bytes = cache.get(token);
      if (!bytes) {
        const text = tokens[token] ?? "";
        // Added tokens (kind 4) are stored as plain text in either kind of tokenizer.
        bytes = types[token] === 1 || types[token] === 6 ? decode(text) : Buffer.from(text);
        cache.set(token, bytes);
      }
      return bytes;
    },
    isSpecial,
    composes: metadataText(file, "tokenizer.ggml.pre") === "qwen2",
    first: firstToken(file),
    specialTokens: Object.fromEntries(named.filter((pair): pair is [string, string] => pair[1] !== undefined))
  };
}

/** Ways of splitting with which llama.cpp adds the first token when the file does not say. */
const ADDS_FIRST = /^(llama3|llama-v3|llama-bpe|falcon3|falcon-h1|pixtral|tekken|chameleon|midm-2\.0|lfm2)$/;

/** The first token (BOS) of a model whose tokenizer puts it before a text. */
export function firstToken(file: Pick<GgufFile, "metadata">): number | undefined {
  const isSentencePiece = metadataText(file, "tokenizer.ggml.model") === "llama";
  const adds =
    flagOf(file, "tokenizer.ggml.add_bos_token") ??
    (isSentencePiece || ADDS_FIRST.test(metadataText(file, "tokenizer.ggml.pre") ?? ""));
  if (!adds) return undefined;
  return numberOf(file, "tokenizer.ggml.bos_token_id") ?? (isSentencePiece ? 1 : undefined);
}

/** Byte-level tokenizers write each byte as one printable character. */
const byteOf = new Map<number, number>();
{
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  for (let byte = 0; byte < 256; byte++) byteOf.set(printable(byte) ? byte : next++, byte);
}

function fromByteLevel(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const byte = byteOf.get(character.codePointAt(0)!);
    if (byte === undefined) bytes.push(...Buffer.from(character));
    else bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function fromSentencePiece(text: string): Uint8Array {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(text)?.[1];
  return byte === undefined ? Buffer.from(text.replaceAll("▁", " ")) : Uint8Array.of(parseInt(byte, 16));
}

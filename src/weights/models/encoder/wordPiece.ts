import {Tokenizer} from "@huggingface/tokenizers";
import {createHash} from "node:crypto";
import {readFile} from "node:fs/promises";

export interface WordPiece {
  /** Token ids without the special tokens; empty for an empty text. */
  encode(text: string): readonly number[];
  /** Number of ids: one more than the largest. */
  size: number;
  start: number;
  end: number;
}

/** A BERT tokenizer from the text of its tokenizer.json. Throws when [CLS] or [SEP] is missing. */
export function wordPiece(json: string): WordPiece {
  const tokenizer = new Tokenizer(JSON.parse(json) as object, {});
  const special = (token: string) => {
    const id = tokenizer.token_to_id(token);
    if (id === undefined) throw new Error(`the tokenizer has no ${token}`);
    return id;
  };
  return {
    encode: (text) => tokenizer.encode(text, {add_special_tokens: false}).ids,
    size: tokenizer.get_vocab().size,
    start: special("[CLS]"),
    end: special("[SEP]")
  };
}

export async function readWordPiece(path: string): Promise<WordPiece> {
  return sharedWordPiece(await readFile(path, "utf8"));
}

const shared = new Map<string, WordPiece>();
const textsRemembered = 10_000;

/**
 * The tokenizer of this process for a tokenizer.json. Several models read the same mails in turn, so the tokens of
 * the last 10,000 texts are remembered.
 */
export function sharedWordPiece(json: string): WordPiece {
  const name = digest(json);
  const known = shared.get(name);
  if (known) return known;
  const tokenizer = wordPiece(json);
  const remembered = new Map<string, readonly number[]>();
  const encode = (text: string) => {
    const key = digest(text);
    const found = remembered.get(key);
    if (found) return found;
    const ids = tokenizer.encode(text);
    if (remembered.size >= textsRemembered) remembered.delete(remembered.keys().next().value!);
    remembered.set(key, ids);
    return ids;
  };
  const made = {...tokenizer, encode};
  shared.set(name, made);
  return made;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

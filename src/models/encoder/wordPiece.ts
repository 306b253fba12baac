import {Tokenizer} from "@huggingface/tokenizers";
import {readFile} from "node:fs/promises";

export interface WordPiece {
  /** Token ids without the special tokens; empty for an empty text. */
  encode(text: string): number[];
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
  return wordPiece(await readFile(path, "utf8"));
}

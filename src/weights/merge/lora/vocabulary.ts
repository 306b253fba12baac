import {existsSync} from "node:fs";
import {join} from "node:path";
import {isMapping} from "../recipe/reader.js";

/** config.json of a model whose table has so many rows. */
export function withVocabulary(config: Record<string, unknown>, rows: number): Record<string, unknown> {
  const text = isMapping(config.text_config) ? config.text_config : undefined;
  const changed = text ? {...config, text_config: {...text, vocab_size: rows}} : config;
  return text && config.vocab_size === undefined ? changed : {...changed, vocab_size: rows};
}

/** The adapter's own folder where it holds a tokenizer. */
export function ownTokenizer(folder: string): string | undefined {
  const names = ["tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt"];
  return names.some((name) => existsSync(join(folder, name))) ? folder : undefined;
}

import {rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {specialTokens, tinyLanguageModel} from "./tinyLanguageModel.js";

const MERGES: readonly [string, string][] = [
  ["y", "e"],
  ["ye", "s"],
  ["▁", "yes"]
];
const PIECES = ["▁", "y", "e", "s", "a", "ye", "yes", "▁yes"];

/** The pieces of ids, as a reader sees them. */
export const sentencePieces: readonly string[] = [
  "<unk>",
  "<s>",
  "</s>",
  ...Array.from({length: 256}, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
  ...PIECES
];

/** Writes a tiny model whose tokenizer is SentencePiece's, as those of Llama 2 and Mistral: a space before every text. */
export async function sentencePieceModel(folder: string, template?: string): Promise<string> {
  await tinyLanguageModel(folder, {config: {bos_token_id: 1, eos_token_id: 2}});
  const put = (name: string, content: unknown) => writeFile(join(folder, name), JSON.stringify(content));
  await rm(join(folder, "tokenizer_config.json"));
  await put("tokenizer.json", {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: specialTokens(["<unk>", "<s>", "</s>"]),
    normalizer: {
      type: "Sequence",
      normalizers: [
        {type: "Prepend", prepend: "▁"},
        {type: "Replace", pattern: {String: " "}, content: "▁"}
      ]
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: "<unk>",
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: Object.fromEntries(sentencePieces.map((piece, id) => [piece, id])),
      merges: MERGES
    }
  });
  await put("tokenizer_config.json", {
    tokenizer_class: "LlamaTokenizer",
    bos_token: "<s>",
    eos_token: "</s>",
    unk_token: "<unk>",
    chat_template: template
  });
  return folder;
}

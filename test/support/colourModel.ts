import {type ModelManifest, saveModel} from "../../src/weights/models/index.js";
import {encodeSafetensors} from "../../src/weights/models/safetensors.js";

const COLOURS = ["red", "green", "blue"] as const;
const TOKENS = ["[UNK]", "[PAD]", "[CLS]", "[SEP]", ...COLOURS];

/**
 * A classifier of texts that end in a colour, by a static embedding that knows some of the colours: it takes every other
 * one for "red". Made by hand, so that what its merges answer is known.
 */
export function colourModel(
  modelsDir: string,
  name: string,
  strengths: Partial<Record<(typeof COLOURS)[number], number>>,
  parent?: ModelManifest
): Promise<ModelManifest> {
  const table = new Float32Array(TOKENS.length * 3);
  COLOURS.forEach((colour, i) => (table[TOKENS.indexOf(colour) * 3 + i] = strengths[colour] ?? 0));
  const head = Float32Array.from({length: 9}, (_, i) => (i % 4 === 0 ? 10 : 0));
  return saveModel(modelsDir, {
    name,
    architecture: "static-embedding",
    labels: [...COLOURS],
    settings: {maxTokens: 8, dimensions: 3, encoder: "none"},
    parents: parent ? [{id: parent.id, name: parent.name}] : [],
    files: {
      "config.json": JSON.stringify({model_type: "assay-static-embedding", labels: COLOURS, hidden_size: 3}),
      "model.safetensors": encodeSafetensors({
        "embedding.weight": {shape: [TOKENS.length, 3], data: table},
        "head.weight": {shape: [3, 3], data: head},
        // What nothing is known of is red.
        "head.bias": {shape: [3], data: Float32Array.of(0.5, 0, 0)}
      })
    },
    sharedFiles: {
      "tokenizer.json": JSON.stringify(tokenizer()),
      "tokens.json": JSON.stringify(TOKENS.map((_, i) => i))
    }
  });
}

function tokenizer(): object {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true
    },
    pre_tokenizer: {type: "BertPreTokenizer"},
    post_processor: null,
    decoder: {type: "WordPiece", prefix: "##", cleanup: true},
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(TOKENS.map((token, i) => [token, i]))
    }
  };
}

/** How Llama 3 and Qwen split text before byte-pair encoding, but for how many digits stay together. */
const split = (digits: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

const upper = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
const lower = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";

/** Names that llama.cpp gives to ways of splitting, by the pattern in tokenizer.json. */
const byPattern: Readonly<Record<string, string>> = {
  [split("\\p{N}{1,3}")]: "llama-bpe",
  [split("\\p{N}")]: "qwen2",
  [`[^\\r\\n\\p{L}\\p{N}]?${upper}*${lower}+|[^\\r\\n\\p{L}\\p{N}]?${upper}+${lower}*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`]:
    "tekken"
};

interface PreTokenizerStep {
  type?: string;
  pretokenizers?: PreTokenizerStep[];
  pattern?: {Regex?: string};
  use_regex?: boolean;
  individual_digits?: boolean;
}

/**
 * The name llama.cpp has for how a byte-level tokenizer splits text, told from tokenizer.json's pre_tokenizer;
 * undefined for a way that it has no name for here.
 */
export function preTokenizerName(preTokenizer: unknown): string | undefined {
  const steps = stepsOf(preTokenizer as PreTokenizerStep | null);
  const pattern = steps.find(({type}) => type === "Split")?.pattern?.Regex;
  if (pattern !== undefined) return byPattern[pattern];
  if (!steps.some(({type, use_regex}) => type === "ByteLevel" && use_regex !== false)) return undefined;
  const digits = steps.find(({type}) => type === "Digits");
  if (!digits) return "gpt-2";
  return digits.individual_digits ? "smollm" : undefined;
}

function stepsOf(step: PreTokenizerStep | null): PreTokenizerStep[] {
  if (!step) return [];
  return step.type === "Sequence" ? (step.pretokenizers ?? []).flatMap(stepsOf) : [step];
}

/** The JSON files of a model's folder that name its special tokens. */
export interface TokenizerParts {
  config: Record<string, unknown>;
  tokenizer: {
    added_tokens?: {id: number; content: string}[];
    post_processor?: PostProcessor | null;
  };
  tokenizerConfig: Record<string, unknown>;
}

interface PostProcessor {
  type?: string;
  processors?: PostProcessor[];
  single?: {SpecialToken?: {id?: string}}[];
}

/** The text that tokenizer_config.json gives a special token: "bos", "eos", "unk", "sep", "pad" or "mask". */
export function specialTokenText({tokenizerConfig}: TokenizerParts, type: string): string | undefined {
  const value = tokenizerConfig[`${type}_token`];
  const text = typeof value === "object" && value !== null ? (value as {content?: unknown}).content : value;
  return typeof text === "string" ? text : undefined;
}

/** Ids of special tokens, by the names of `types`: of the tokenizer's own, else those of config.json. */
export function specialTokenIds(parts: TokenizerParts, types: readonly string[]): Map<string, number> {
  const ids = new Map((parts.tokenizer.added_tokens ?? []).map(({content, id}) => [content, id]));
  const found = new Map<string, number>();
  for (const type of types) {
    const id = ids.get(specialTokenText(parts, type) ?? "");
    if (id !== undefined) found.set(type, id);
  }
  for (const type of types) {
    const stated: unknown = parts.config[`${type}_token_id`];
    const id: unknown = Array.isArray(stated) ? stated[0] : stated;
    if (!found.has(type) && typeof id === "number" && id >= 0) found.set(type, id);
  }
  return found;
}

/** Whether the tokenizer puts its first ("bos") or last ("eos") token around a text; undefined where the files do not say. */
export function addsToken(parts: TokenizerParts, type: "bos" | "eos"): boolean | undefined {
  const stated = parts.tokenizerConfig[`add_${type}_token`];
  if (typeof stated === "boolean") return stated;
  const processor = parts.tokenizer.post_processor;
  let adds: boolean | undefined;
  for (const {type: kind, single = []} of processor?.processors ?? (processor ? [processor] : [])) {
    if (kind !== "TemplateProcessing" || single.length < 2) continue;
    const token = single.at(type === "bos" ? 0 : -1)!.SpecialToken?.id;
    if (token !== undefined) adds = token === specialTokenText(parts, type);
  }
  return adds;
}

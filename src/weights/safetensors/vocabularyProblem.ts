const MOST = 2 ** 31;

/** Why the vocabulary and merges of a tokenizer.json's model cannot be meant, as the end of a sentence; undefined when they can. */
export function vocabularyProblem(model: unknown): string | undefined {
  const {vocab, merges = []} = (model ?? {}) as {vocab?: unknown; merges?: unknown};
  if (typeof vocab === "object" && vocab !== null && !Array.isArray(vocab)) {
    const tokens = new Map<unknown, string>();
    for (const [token, id] of Object.entries(vocab)) {
      if (!Number.isInteger(id) || (id as number) < 0 || (id as number) >= MOST)
        return `gives the token ${JSON.stringify(token)} the number ${JSON.stringify(id)}`;
      const other = tokens.get(id);
      if (other !== undefined)
        return `gives ${JSON.stringify(other)} and ${JSON.stringify(token)} the same number ${String(id)}`;
      tokens.set(id, token);
    }
  }
  if (!Array.isArray(merges)) return "has merges that are no list";
  const wrong = merges.findIndex((merge: unknown) => {
    const parts: unknown[] = typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? merge : [];
    return parts.length !== 2 || parts.some((part) => typeof part !== "string" || part === "");
  });
  return wrong < 0
    ? undefined
    : `has a merge that is no pair of tokens: ${JSON.stringify(merges[wrong]).slice(0, 60)}`;
}

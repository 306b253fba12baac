/**
 * The top-level members of a JSON object, refusing a key that occurs twice at any depth. JSON.parse keeps the last
 * of two equal keys without a word, so a scan of the text looks for them first.
 */
export function parseUniqueJson(text: string): {entries: Map<string, unknown>} | {error: string} {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return {error: `is not valid JSON (${(cause as Error).message})`};
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return {error: "is not a JSON object"};
  const twice = repeatedKey(text);
  if (twice !== undefined) return {error: `names ${JSON.stringify(twice)} twice`};
  // JSON.parse turns a "__proto__" member into an own property, and Object.entries keeps it.
  return {entries: new Map(Object.entries(value))};
}

/** Assumes valid JSON. */
function repeatedKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "{") open.push(new Set());
    else if (c === "[") open.push(undefined);
    else if (c === "}" || c === "]") open.pop();
    else if (c === '"') {
      const start = i;
      i++;
      while (text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
      const keys = open.at(-1);
      let next = i + 1;
      while (/\s/.test(text[next] ?? "x")) next++;
      if (keys === undefined || text[next] !== ":") continue;
      const key = JSON.parse(text.slice(start, i + 1)) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

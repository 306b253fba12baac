/** The engine keeps a state for each choice that is still open: many literals are written as a tree of their beginnings. */
const FEW = 64;
/** A parser's stack ends where a tree is deeper. */
const DEEPEST = 100;

/** A value as the JSON text that stands for it. */
export const grammarLiteral = (value: unknown) => quoted(JSON.stringify(value));

/** The choice between values, as their JSON texts. */
export function grammarLiterals(values: readonly unknown[]): string {
  const texts = [...new Set(values.map((value) => JSON.stringify(value)))];
  return texts.length <= FEW ? texts.map(quoted).join(" | ") : treeOf(texts.sort(), 0);
}

const quoted = (text: string) => `"${text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`;

/** @param texts sorted, each once */
function treeOf(texts: readonly string[], level: number): string {
  if (level > DEEPEST || texts.length < 3) return texts.map(quoted).join(" | ");
  const branches: string[] = [];
  for (let from = 0; from < texts.length;) {
    const first = texts[from]!;
    const character = String.fromCodePoint(first.codePointAt(0) ?? 0);
    let to = from + 1;
    while (to < texts.length && first !== "" && texts[to]!.startsWith(character)) to++;
    const common = sharedBeginning(first, texts[to - 1]!);
    const rest = texts.slice(from, to).map((text) => text.slice(common.length));
    branches.push(to - from === 1 ? quoted(first) : `${quoted(common)} (${treeOf(rest, level + 1)})`);
    from = to;
  }
  return branches.join(" | ");
}

/** Of sorted texts, what the first and the last share is shared by all; no character is cut in half. */
function sharedBeginning(first: string, last: string): string {
  let length = 0;
  while (length < first.length && first[length] === last[length]) length++;
  const text = first.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}

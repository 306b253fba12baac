import type {Json} from "./types.js";

/**
 * The JSON value an output consists of, a Markdown fence around it left out of account; undefined when it does not
 * parse or is nested deeper than 500 levels. With `search`, the first fenced block that parses counts, then the longest {…} or […] in the text.
 */
export function parseJsonOutput(output: string, search = false): {value: Json} | undefined {
  const whole = /^```[\w-]*\s*\n?([^]*?)\n?\s*```$/.exec(output.trim())?.[1] ?? output;
  const parsed = parse(whole);
  if (parsed || !search) return parsed;
  for (const [, block] of output.matchAll(/```[\w-]*\s*\n([^]*?)```/g)) {
    const found = parse(block!);
    if (found) return found;
  }
  const spans = ["{}", "[]"].map((pair) =>
    output.slice(output.indexOf(pair[0]!), output.lastIndexOf(pair[1]!) + 1)
  );
  return spans
    .sort((a, b) => b.length - a.length)
    .map(parse)
    .find((found) => found !== undefined);
}

/** A model may write what takes the stack of whoever walks through it. */
const DEEPEST = 500;

function isDeep(text: string): boolean {
  let depth = 0;
  for (const [mark] of text.replace(/"(?:[^"\\]|\\.)*"/gs, "").matchAll(/[[\]{}]/g)) {
    depth += mark === "[" || mark === "{" ? 1 : -1;
    if (depth > DEEPEST) return true;
  }
  return false;
}

function parse(text: string): {value: Json} | undefined {
  try {
    if (isDeep(text)) return undefined;
    return {value: JSON.parse(text) as Json};
  } catch {
    return undefined;
  }
}

import {exactJson} from "../../base/validation/exactJson.js";
import type {Json} from "./types.js";

/**
 * The JSON value an output consists of, a Markdown fence around it left out of account; undefined when it does not
 * parse or is nested deeper than 500 levels. With `search`, the first fenced block that parses counts, then the longest {…} or […] in the text.
 */
export function parseJsonOutput(output: string, search = false): {value: Json} | undefined {
  return parseWith(JSON.parse, output, search);
}

/** `parseJsonOutput` for `sameJson`: whole numbers beyond 2^53 are the text of their digits, as in rows. */
export function parseExactOutput(output: string, search = false): {value: Json} | undefined {
  return parseWith(exactJson, output, search);
}

function parseWith(read: (text: string) => unknown, output: string, search: boolean) {
  const parse = (text: string) => parsedBy(read, text);
  const parsed = parse(unfenced(output));
  if (parsed || !search) return parsed;
  for (const block of fencedBlocks(output)) {
    const found = parse(block);
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

/** Characters that the search for objects may look at: braces that are not closed are looked behind to the end. */
const MOST_LOOKED_AT = 10_000_000;

/** The JSON objects in a text that stand in no other. */
export function objectsWithin(text: string): Json[] {
  const objects: Json[] = [];
  let left = MOST_LOOKED_AT;
  let start = text.indexOf("{");
  while (start >= 0 && left > 0) {
    const end = endOfObject(text, start);
    left -= (end ?? text.length) - start;
    const found = end === undefined ? undefined : parsedBy(JSON.parse, text.slice(start, end));
    if (found) objects.push(found.value);
    start = text.indexOf("{", found ? end : start + 1);
  }
  return objects;
}

/** Where the braces that open here are closed, those within quotes left out of account. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let index = start; index < text.length; index++) {
    const mark = text.charAt(index);
    if (mark === '"') quoted = !quoted;
    else if (quoted && mark === "\\") index++;
    else if (!quoted && mark === "{") depth++;
    else if (!quoted && mark === "}" && --depth === 0) return index + 1;
  }
  return undefined;
}

const FENCE = "```";

function unfenced(output: string): string {
  const text = output.trim();
  if (text.length < 2 * FENCE.length || !text.startsWith(FENCE) || !text.endsWith(FENCE)) return output;
  return text.slice(afterLanguage(text, FENCE.length), -FENCE.length).trim();
}

/** What stands between a fence that ends its line and the next one. No expressions: they take cubic time on line breaks. */
function* fencedBlocks(output: string): Generator<string> {
  let open = output.indexOf(FENCE);
  while (open >= 0) {
    const start = afterLanguage(output, open + FENCE.length);
    const close = output.indexOf(FENCE, start);
    if (close < 0) return;
    const block = output.slice(start, close);
    const content = block.trimStart();
    const opens = block.slice(0, block.length - content.length).includes("\n");
    if (opens) yield content;
    open = output.indexOf(FENCE, opens ? close + FENCE.length : open + 1);
  }
}

function afterLanguage(text: string, start: number): number {
  let end = start;
  while (/[\w-]/.test(text.charAt(end))) end++;
  return end;
}

/** A model may write what takes the stack of whoever walks through it. */
const DEEPEST = 500;

function isDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const mark = text.charAt(index);
    if (mark === '"') quoted = !quoted;
    else if (quoted && mark === "\\") index++;
    else if (!quoted && (mark === "[" || mark === "{")) depth++;
    else if (!quoted && (mark === "]" || mark === "}")) depth--;
    if (depth > DEEPEST) return true;
  }
  return false;
}

function parsedBy(read: (text: string) => unknown, text: string): {value: Json} | undefined {
  try {
    if (isDeep(text)) return undefined;
    return {value: read(text) as Json};
  } catch {
    return undefined;
  }
}

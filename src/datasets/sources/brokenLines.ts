import type {Database} from "../../store/index.js";
import {DEEPEST} from "./laxJson.js";
import {linesOf} from "./lines.js";
import type {BrokenLine} from "./types.js";

/** The lines of a JSONL file that are not JSON objects, at most `most` of them. Blank lines are none. */
export async function brokenLines(db: Database, file: string, most = 20): Promise<BrokenLine[]> {
  const broken: BrokenLine[] = [];
  let line = 0;
  for await (const content of linesOf(db, file)) {
    line++;
    const reason = jsonProblem(content);
    if (reason) broken.push({file, line, reason});
    if (broken.length >= most) break;
  }
  return broken;
}

/** Which lines broke a read, for a person; some of them where there are many. */
export function brokenText(dataset: string, broken: readonly BrokenLine[], skippable: boolean): string {
  const lines = broken.map(({file, line, reason}) => `${file} line ${line}: ${reason}`);
  let shown = Math.min(lines.length, 20);
  while (shown > 1 && lines.slice(0, shown).join("; ").length > 700) shown--;
  const more = shown < lines.length ? ", and more" : "";
  const next = skippable ? `, or leave them out with \`assay pull ${dataset} --skip-bad\`` : "";
  return `${lines.slice(0, shown).join("; ")}${more}. No version was made. Repair the lines${next}.`;
}

/** The lines that `parse` finds to be JSON objects, as they are written; the others are put into `broken`. */
export async function* soundLines(
  db: Database,
  file: string,
  broken: BrokenLine[],
  parse: (text: string) => unknown = JSON.parse
): AsyncGenerator<string> {
  let line = 0;
  for await (const content of linesOf(db, file)) {
    line++;
    if (content.trim() === "") continue;
    const reason = jsonProblem(content, parse);
    if (reason) broken.push({file, line, reason});
    else yield content;
  }
}

/** Says where, never what: the text may be personal. */
function jsonProblem(content: string, parse: (text: string) => unknown = JSON.parse): string | undefined {
  if (content.trim() === "") return undefined;
  if (content.startsWith("\ufeff"))
    return "begins with a byte order mark; save the file as UTF-8 without one";
  if (content.includes("\ufffd")) return "not UTF-8, or holds the mark of characters lost before";
  if (isDeep(content)) return `nested deeper than ${DEEPEST} levels`;
  if (LONE_SURROGATE.test(content))
    return "half a character: an escape \\ud800 to \\udfff without its other half";
  try {
    const value = parse(content);
    return value !== null && typeof value === "object" && !Array.isArray(value)
      ? undefined
      : "not a JSON object";
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    return at === undefined
      ? "not valid JSON: it ends too early"
      : `not valid JSON at character ${Number(at) + 1}`;
  }
}

const LONE_SURROGATE =
  /(?<!\\)(?:\\\\)*\\u(?:d[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2}\\u)d[c-f][0-9a-f]{2})/i;

function isDeep(content: string): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < content.length; i++) {
    const mark = content[i];
    if (inText) {
      if (mark === "\\") i++;
      else if (mark === '"') inText = false;
    } else if (mark === '"') inText = true;
    else if (mark === "[" || mark === "{") {
      if (++depth > DEEPEST) return true;
    } else if (mark === "]" || mark === "}") depth--;
  }
  return false;
}

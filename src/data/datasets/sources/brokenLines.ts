import type {Database} from "../../../base/store/index.js";
import {DEEPEST, MOST_BROKEN, unusableKey} from "./laxJson.js";
import {linesOf} from "./lines.js";
import type {BrokenLine} from "./types.js";

/** The lines of a JSONL file that are not JSON objects, up to MOST_BROKEN. Blank lines are none. */
export async function brokenLines(db: Database, file: string): Promise<BrokenLine[]> {
  const broken: BrokenLine[] = [];
  let line = 0;
  for await (const content of linesOf(db, file)) {
    line++;
    const reason = jsonProblem(content);
    if (reason) broken.push({file, line, reason});
    if (broken.length >= MOST_BROKEN) break;
  }
  return broken;
}

/** Which lines broke a read, for a person; some of them where there are many, and how many more. */
export function brokenText(dataset: string, broken: readonly BrokenLine[], skippable: boolean): string {
  const texts = broken.slice(0, 20).map(brokenLineText);
  while (texts.length > 1 && texts.join("; ").length > 700) texts.pop();
  const rest = lineCount(broken.slice(texts.length));
  const least = broken.length >= MOST_BROKEN ? "at least " : "";
  const more = rest > 0 ? `; and ${least}${rest} more ${rest === 1 ? "line" : "lines"}` : "";
  const next = skippable ? `, or leave them out with \`assay pull ${dataset} --skip-bad\`` : "";
  return `${texts.join("; ")}${more}. No version was made. Repair the lines${next}.`;
}

/** "rows.csv line 3: …", or "rows.csv lines 3 to 18: …". */
export function brokenLineText({file, line, until, reason}: BrokenLine): string {
  return `${file} ${until === undefined ? `line ${line}` : `lines ${line} to ${until}`}: ${reason}`;
}

/** How many lines these are: a record may have several. */
export function lineCount(broken: readonly BrokenLine[]): number {
  return broken.reduce((count, {line, until = line}) => count + until - line + 1, 0);
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
    if (value === null || typeof value !== "object" || Array.isArray(value)) return "not a JSON object";
    if (parse === JSON.parse && membersWritten(content) > membersOf(value))
      return "an object has a key twice";
    return parse === JSON.parse ? keyProblem(value) : undefined;
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    return at === undefined
      ? "not valid JSON: it ends too early"
      : `not valid JSON at character ${Number(at) + 1}`;
  }
}

/** Members of all objects in a text of JSON: each has a colon. */
function membersWritten(content: string): number {
  let members = 0;
  let inText = false;
  for (let i = 0; i < content.length; i++) {
    const mark = content[i];
    if (inText && mark === "\\") i++;
    else if (mark === '"') inText = !inText;
    else if (!inText && mark === ":") members++;
  }
  return members;
}

/** The first key at any depth that no column can be called by. */
function keyProblem(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const problem = unusableKey(key) ?? keyProblem(member);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Members that all objects within a value have: of a key that was written twice one is left. */
function membersOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const within = Object.values(value);
  return within.reduce<number>((sum, one) => sum + membersOf(one), Array.isArray(value) ? 0 : within.length);
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

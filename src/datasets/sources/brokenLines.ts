import {type Database} from "../../store/index.js";
import {linesOf} from "./lines.js";
import {type BrokenLine} from "./types.js";

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

/** The lines that are JSON objects; the others are put into `broken`. */
export async function* soundLines(
  db: Database,
  file: string,
  broken: BrokenLine[]
): AsyncGenerator<Record<string, unknown>> {
  let line = 0;
  for await (const content of linesOf(db, file)) {
    line++;
    if (content.trim() === "") continue;
    const reason = jsonProblem(content);
    if (reason) broken.push({file, line, reason});
    else yield JSON.parse(content) as Record<string, unknown>;
  }
}

/** Says where, never what: the text may be personal. */
function jsonProblem(content: string): string | undefined {
  if (content.trim() === "") return undefined;
  try {
    const value: unknown = JSON.parse(content);
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

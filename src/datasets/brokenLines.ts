import {createReadStream} from "node:fs";
import {createInterface} from "node:readline";
import {createGunzip} from "node:zlib";

export interface BrokenLine {
  file: string;
  /** Counted from 1. */
  line: number;
  reason: string;
}

/** The lines of a JSONL file (plain or gzip) that are not JSON objects, at most `most` of them. */
export async function brokenLines(file: string, most = 20): Promise<BrokenLine[]> {
  if (/\.zst$/i.test(file)) return [];
  const bytes = createReadStream(file);
  const text = /\.gz$/i.test(file) ? bytes.pipe(createGunzip()) : bytes;
  const broken: BrokenLine[] = [];
  let line = 0;
  for await (const content of createInterface({input: text, crlfDelay: Infinity})) {
    line++;
    const reason = content.trim() === "" ? undefined : problemOf(content);
    if (reason) broken.push({file, line, reason});
    if (broken.length >= most) break;
  }
  bytes.destroy();
  return broken;
}

function problemOf(content: string): string | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return value !== null && typeof value === "object" && !Array.isArray(value)
      ? undefined
      : "not a JSON object";
  } catch (error) {
    return (error as Error).message
      .replace(/, ".*$/s, "")
      .replace(/ in JSON at position (\d+).*$/s, " at character $1");
  }
}

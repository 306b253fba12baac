import {existsSync, readdirSync, readFileSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const folder = process.env.ASSAY_SHARED ?? join(repository, "../shared");

/** The first shared JSON or JSONL file that looks as asked, or undefined, with the reason printed. */
export function sharedRows<T>(what: string, looksRight: (rows: never) => boolean): T | undefined {
  const data = join(folder, "data");
  for (const name of existsSync(data) ? readdirSync(data) : [])
    for (const file of readdirSync(join(data, name)).filter((each) => /\.jsonl?$/.test(each))) {
      const rows = parsed(join(data, name, file));
      if (Array.isArray(rows) && looksRight(rows as never)) return rows as T;
    }
  console.warn(`skipped: no ${what} below ${data}; ASSAY_SHARED names the folder that holds data/`);
  return undefined;
}

const LARGEST = 1_000_000;

function parsed(path: string): unknown {
  const text = readFileSync(path, "utf8");
  if (text.length > LARGEST) return undefined;
  try {
    return path.endsWith("l")
      ? text
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as unknown)
      : JSON.parse(text);
  } catch {
    return undefined;
  }
}

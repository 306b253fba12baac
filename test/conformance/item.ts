import {existsSync, readdirSync, readFileSync, statSync} from "node:fs";
import {basename, join, sep} from "node:path";
import {csvParse, tsvParse} from "d3-dsv";

export type JsonObject = Record<string, unknown>;

/** A folder of a collection: published outputs or vectors, with the figures published for them. */
export interface Item {
  name: string;
  /** Names of its files, without expected.json and ORIGIN.txt. */
  files: string[];
  text(file: string): string;
  /** Where the file lies, for code that reads files itself. */
  path(file: string): string;
  /** Undefined for a file that holds no JSON. */
  json(file: string): unknown;
  /** The objects of a JSONL file, of a JSON list, or of a table (CSV, TSV), whose cells are text. */
  records(file: string): JsonObject[];
  /** Whether there is a file or folder of that name. */
  holds(name: string): boolean;
  /** Settings that stand among the published figures, by the name of what was computed with them: its `options`. */
  options(): Map<string, JsonObject>;
}

/** What only the comparer may read. */
export const publishedFile = "expected.json";

export function openItem(folder: string): Item {
  const path = (file: string) => {
    const inside = join(folder, file);
    if (basename(inside).toLowerCase() === publishedFile)
      throw new Error(`${publishedFile} is for the comparer alone`);
    if (!inside.startsWith(join(folder, sep))) throw new Error(`${file} is no file of the item`);
    return inside;
  };
  const texts = new Map<string, string>();
  const text = (file: string) => remember(texts, file, () => readFileSync(path(file), "utf8"));
  const parsed = new Map<string, unknown>();
  const objects = new Map<string, JsonObject[]>();
  return {
    name: basename(folder),
    files: readdirSync(folder)
      .filter((name) => name !== publishedFile && name !== "ORIGIN.txt")
      // A symbolic link is what it leads to.
      .filter((name) => statSync(join(folder, name), {throwIfNoEntry: false})?.isFile())
      .sort(),
    text,
    path,
    json: (file) => remember(parsed, file, () => jsonOf(text(file))),
    records: (file) => remember(objects, file, () => parseRecords(file, text(file))),
    holds: (name) => existsSync(path(name)),
    options() {
      const file = join(folder, publishedFile);
      const published = existsSync(file) ? jsonOf(readFileSync(file, "utf8")) : undefined;
      const named = Object.entries(isObject(published) ? published : {});
      return new Map(
        named.flatMap(([name, one]) => (has(one, "options") ? [[name, one.options as JsonObject]] : []))
      );
    }
  };
}

function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
  if (!known.has(key)) known.set(key, make());
  return known.get(key)!;
}

/** Undefined for what is no JSON. A byte order mark is left out, which other texts keep as their first character. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(withoutMark(text)) as unknown;
  } catch {
    return undefined;
  }
}

/** Objects of a JSONL file, a JSON list of objects or a table with a header, by the ending of its name; else none. */
export function parseRecords(file: string, content: string): JsonObject[] {
  const text = withoutMark(content);
  if (/\.(jsonl|ndjson)$/i.test(file)) {
    const lines = text.split("\n").map((line, i): [string, number] => [line, i + 1]);
    return lines
      .filter(([line]) => line.trim() !== "")
      .map(([line, number]) => {
        const value = jsonOf(line);
        if (!isObject(value)) throw new Error(`${file} line ${number} holds no JSON object`);
        return value;
      });
  }
  if (/\.json$/i.test(file)) {
    const value = jsonOf(text);
    return Array.isArray(value) ? value.filter(isObject) : [];
  }
  if (/\.csv$/i.test(file)) return csvParse(text);
  if (/\.tsv$/i.test(file)) return tsvParse(text);
  return [];
}

function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, "");
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True when the object has every one of the fields. */
export function has(value: unknown, ...fields: string[]): value is JsonObject {
  return isObject(value) && fields.every((field) => Object.hasOwn(value, field));
}

/** Files whose first record passes the test; files that cannot be read as records do not. */
export function filesWhere(item: Item, test: (first: JsonObject) => boolean): string[] {
  return item.files.filter((file) => {
    const first = firstRecord(item, file);
    return first !== undefined && test(first);
  });
}

/** Files whose first record has every one of the fields. */
export function filesWith(item: Item, ...fields: string[]): string[] {
  return filesWhere(item, (first) => has(first, ...fields));
}

function firstRecord(item: Item, file: string): JsonObject | undefined {
  if (!/\.(jsonl|ndjson)$/i.test(file)) return item.records(file)[0];
  // Only the line that is needed: a later one may be broken, which is for the reader to say.
  const value = jsonOf(item.text(file).trimStart().split("\n", 1)[0]!);
  return isObject(value) ? value : undefined;
}

/** JSON files whose content passes the test. */
export function jsonFiles(item: Item, test: (content: unknown) => boolean): string[] {
  return item.files.filter((file) => /\.json$/i.test(file) && test(item.json(file)));
}

/** The file's name without its ending. */
export function stemOf(file: string): string {
  return file.replace(/\.[^.]*$/, "");
}

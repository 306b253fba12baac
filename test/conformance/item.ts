import {readdirSync, readFileSync} from "node:fs";
import {basename, join} from "node:path";

export type JsonObject = Record<string, unknown>;

/** A folder of a collection: published outputs or vectors, with the figures published for them. */
export interface Item {
  name: string;
  /** Names of its files, without expected.json and ORIGIN.txt. */
  files: string[];
  text(file: string): string;
  /** Where the file lies, for code that reads files itself. */
  path(file: string): string;
  json(file: string): unknown;
  /** One object a line. */
  lines(file: string): JsonObject[];
}

/** What only the comparer may read. */
export const publishedFile = "expected.json";

export function openItem(folder: string): Item {
  const path = (file: string) => {
    if (file === publishedFile) throw new Error(`${publishedFile} is for the comparer alone`);
    return join(folder, file);
  };
  const text = (file: string) => readFileSync(path(file), "utf8");
  return {
    name: basename(folder),
    files: readdirSync(folder, {withFileTypes: true})
      .filter((entry) => entry.isFile() && entry.name !== publishedFile && entry.name !== "ORIGIN.txt")
      .map((entry) => entry.name)
      .sort(),
    text,
    path,
    json: (file) => JSON.parse(text(file)) as unknown,
    lines: (file) =>
      text(file)
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line) => JSON.parse(line) as JsonObject)
  };
}

/** First object of a JSONL file; undefined when it does not begin with one. */
export function firstLine(item: Item, file: string): JsonObject | undefined {
  if (!file.endsWith(".jsonl")) return undefined;
  try {
    const value: unknown = JSON.parse(item.text(file).split("\n", 1)[0]!);
    return typeof value === "object" && value !== null ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** True when the object has every one of the fields. */
export function has(value: unknown, ...fields: string[]): value is JsonObject {
  return typeof value === "object" && value !== null && fields.every((field) => Object.hasOwn(value, field));
}

/** JSONL files whose first object has every one of the fields. */
export function filesWith(item: Item, ...fields: string[]): string[] {
  return item.files.filter((file) => has(firstLine(item, file), ...fields));
}

import {readFile} from "node:fs/promises";
import {promisify} from "node:util";
import {gunzip} from "node:zlib";
import {pythonJson, UserError} from "../../../../base/validation/index.js";
import type {Database} from "../../../../base/store/index.js";
import {soundLines} from "../brokenLines.js";
import type {BrokenLine} from "../types.js";
import {isObject} from "../../../../base/validation/isObject.js";
import {assertTextFile} from "../../../../base/system/regularFile.js";

export {isObject};

export type JsonObject = Record<string, unknown>;

export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The value at a path of keys; undefined where any is absent. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One JSON document of a file, plain or gzip. */
export async function readDocument(file: string): Promise<unknown> {
  await assertTextFile(file);
  const bytes = await readFile(file);
  const text = /\.gz$/i.test(file) ? await promisify(gunzip)(bytes) : bytes;
  try {
    return pythonJson(text.toString("utf8"));
  } catch (cause) {
    throw new UserError(
      `${file} is not a JSON document. If it has one object a line, its ending should be .jsonl.`,
      {
        cause
      }
    );
  }
}

/** The objects of a JSONL file; broken lines are an error that names all of them. */
export async function* readObjects(file: string, db: Database): AsyncGenerator<JsonObject> {
  const broken: BrokenLine[] = [];
  for await (const line of soundLines(db, file, broken, pythonJson)) yield pythonJson(line) as JsonObject;
  if (broken.length > 0)
    throw new UserError(
      broken
        .slice(0, 20)
        .map(({line, reason}) => `${file} line ${line}: ${reason}`)
        .join("; ")
    );
}

export function wrongShape(file: string, expected: string): UserError {
  return new UserError(`${file} is not ${expected}. Check the file, or name another \`tool\`.`);
}

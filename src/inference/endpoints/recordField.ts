import {functionVersion} from "../../base/fingerprint/index.js";
import type {RecordedRow} from "./recordFile.js";

/** A field's name, or a function of the record and its position in the file (0-based). */
export type RecordField<T> = string | ((record: RecordedRow, position: number) => T);

export function fieldOf(record: RecordedRow, position: number, field: RecordField<unknown>): unknown {
  return typeof field === "function" ? field(record, position) : record[field];
}

/** A recorded output as text; of a list that at `item`. Undefined where there is none. */
export function recordedText(output: unknown, item: number | undefined): string | undefined {
  const one = item === undefined ? output : (output as unknown[])[item];
  if (one === undefined || one === null) return undefined;
  return typeof one === "string" ? one : JSON.stringify(one);
}

/** A number or the text of one, of at least 0; undefined for anything else. An empty cell of a CSV file is no 0. */
export function amountOf(value: unknown): number | undefined {
  const isText = typeof value === "string" && !isAbsent(value);
  const number = isText || typeof value === "number" || typeof value === "bigint" ? Number(value) : NaN;
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** Whether a record says nothing there: an empty cell of a CSV file is an empty text. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}

/** What stands for a field where a reading is told from another: a function's code, with the helpers and values it names. */
export function fieldVersion(field: string | ((...args: never[]) => unknown)): string {
  return typeof field === "function" ? `function ${functionVersion(field)}` : field;
}

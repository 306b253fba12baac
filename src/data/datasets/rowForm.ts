import {createHash} from "node:crypto";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * SHA-256 of what a row holds in some columns, whatever their types: 1, 1.0 and "1" are the same, a time and its text, JSON and
 * its text, structures in any order of their keys. What is null, empty or absent counts for nothing. Undefined where
 * nothing is left.
 */
export function rowForm(
  salt: string,
  columns: readonly string[],
  row: Readonly<Record<string, unknown>>
): string | undefined {
  const held = plain(Object.fromEntries(columns.map((column) => [column, row[column]])));
  if (held === undefined) return undefined;
  return createHash("sha256")
    .update(`${salt}row:${JSON.stringify([[...columns].sort(), held])}`)
    .digest("hex");
}

function plain(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return plainText(value);
  if (Array.isArray(value)) return value.map((one) => plain(one) ?? null);
  const entries = Object.entries(value)
    .map(([key, one]) => [key, plain(one)] as const)
    .filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length > 0 ? entries : undefined;
}

function plainText(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (NUMBER.test(trimmed)) return String(Number(trimmed));
  if (/^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase();
  const moment = momentOf(trimmed);
  if (moment !== undefined) return moment;
  if (/^[[{"]/.test(trimmed))
    try {
      return plain(JSON.parse(trimmed));
    } catch {
      return text;
    }
  return text;
}

function momentOf(text: string): string | undefined {
  const [, day, time = "00:00", zone = "Z"] = MOMENT.exec(text) ?? [];
  if (day === undefined) return undefined;
  const offset = zone === "Z" ? zone : `${zone.slice(0, 3)}:${zone.slice(3).replace(":", "") || "00"}`;
  const at = Date.parse(`${day}T${time}${offset}`);
  return Number.isNaN(at) ? undefined : `at ${at}`;
}

import * as assay from "../../src/index.js";
import * as stats from "../../src/stats/index.js";

/** What an example of the reference may name. */
const NAMES: Record<string, Record<string, unknown>> = {
  assay: {...assay},
  "assay/stats": {...stats}
};

/** What an expression gives, as text: numbers to four significant digits, functions and what is undefined left out. */
export async function runExample(entry: string, expression: string): Promise<string> {
  const names = NAMES[entry]!;
  const Run = Object.getPrototypeOf(async () => undefined).constructor as new (
    ...code: string[]
  ) => (...values: unknown[]) => Promise<unknown>;
  const value = await new Run(...Object.keys(names), `return ${expression}`)(...Object.values(names));
  return shown(value);
}

function shown(value: unknown): string {
  if (value === undefined) return "undefined";
  if (typeof value === "number") return String(Number(value.toPrecision(4)));
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value !== "object") return String(value);
  if (value instanceof Map) return `Map ${shown(Object.fromEntries(value))}`;
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return `[${Array.from(value as ArrayLike<unknown>, shown).join(", ")}]`;
  return `{${Object.entries(value)
    .filter(([, own]) => own !== undefined && typeof own !== "function")
    .map(([name, own]) => `${name}: ${shown(own)}`)
    .join(", ")}}`;
}

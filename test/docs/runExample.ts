import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import * as assay from "../../src/index.js";
import * as site from "../../src/site/index.js";
import * as stats from "../../src/stats/index.js";
import {sampleStore} from "../support/sampleStore.js";

/** What an example of the reference may name, beside `store`. */
const NAMES: Record<string, Record<string, unknown>> = {
  assay: {...assay},
  "assay/stats": {...stats},
  "assay/site": {...site}
};

let opened: Promise<assay.Store> | undefined;

/** The tests' store of mails, made for the first example that names it. */
function sample(): Promise<assay.Store> {
  opened ??= mkdtemp(join(tmpdir(), "assay-examples-")).then(async (project) =>
    assay.openStore(await sampleStore(project))
  );
  return opened;
}

/** Removes the store again. */
export async function closeExamples(): Promise<void> {
  const store = await opened;
  if (!store) return;
  store.close();
  await rm(store.workspace.project, {recursive: true});
}

/** What an expression gives, as text: numbers to four significant digits, functions and what is undefined left out. */
export async function runExample(entry: string, expression: string): Promise<string> {
  const names = {...NAMES[entry]!, store: /\bstore\b/.test(expression) ? await sample() : undefined};
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

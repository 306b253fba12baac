import {cp, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import * as assay from "../../src/index.js";
import {openWorkspace} from "../../src/base/store/index.js";
import * as site from "../../src/report/site/index.js";
import * as stats from "../../src/base/stats/index.js";
import {decisionStore} from "../support/decisionStore.js";
import {printed} from "../support/printed.js";
import {sampleStore} from "../support/sampleStore.js";
import {pageNames} from "./pageDocument.js";

/** What an example of the reference may name, beside `store`. */
const NAMES: Record<string, Record<string, unknown>> = {
  assay: {...assay},
  "assay/stats": {...stats},
  "assay/site": {...site, scoreTable: assay.scoreTable}
};

/** Characters of an element's text that an example shows. */
const MOST_WORDS = 120;

const {fetch} = globalThis;
const stores: Promise<assay.Store>[] = [];
const folders: string[] = [];

function madeStore(fill: (project: string) => Promise<unknown>): Promise<assay.Store> {
  const store = mkdtemp(join(tmpdir(), "assay-examples-")).then(async (project) => {
    await fill(project);
    return assay.openStore(await openWorkspace(project));
  });
  stores.push(store);
  return store;
}

let made: Promise<assay.Store> | undefined;
const mails = () => (made ??= madeStore(sampleStore));

/** The mails, and beside them a race and a judged run. */
async function pageStore(): Promise<assay.Store> {
  const {workspace} = await mails();
  return madeStore(async (project) => {
    await cp(workspace.dir, join(project, ".assay"), {recursive: true});
    await decisionStore(project, 100);
  });
}

let page: Promise<Record<string, unknown>> | undefined;

/** Names beside the entry point's own. The tests' store of mails and the page are made for the first example that needs them. */
async function surroundings(entry: string, expression: string): Promise<Record<string, unknown>> {
  if (entry === "assay/components") return (page ??= pageStore().then(pageNames));
  const found: Record<string, unknown> = {readFile, writeFile};
  if (/\bfolder\b/.test(expression)) {
    const folder = await mkdtemp(join(tmpdir(), "assay-example-"));
    folders.push(folder);
    found.folder = folder;
  }
  if (/\bstore\b/.test(expression)) {
    const store = await mails();
    process.env.ASSAY_PROJECT = store.workspace.project;
    found.store = store;
  }
  return found;
}

/** Removes the stores again. */
export async function closeExamples(): Promise<void> {
  for (const store of await Promise.all(stores)) {
    store.close();
    folders.push(store.workspace.project);
  }
  for (const folder of folders) await rm(folder, {recursive: true});
  // A page's own stands in its place, and files of tests share a process.
  globalThis.fetch = fetch;
}

/** What an expression gives, as text: numbers to four significant digits, functions and what is undefined left out. */
export async function runExample(entry: string, expression: string): Promise<string> {
  const names = {...NAMES[entry], ...(await surroundings(entry, expression))};
  const Run = Object.getPrototypeOf(async () => undefined).constructor as new (
    ...code: string[]
  ) => (...values: unknown[]) => Promise<unknown>;
  let result = "";
  const text = await printed(async () => {
    result = shown(await new Run(...Object.keys(names), `return ${expression}`)(...Object.values(names)));
  });
  return text === "" ? result : text;
}

function shown(value: unknown): string {
  if (value === undefined) return "undefined";
  if (typeof value === "number") return String(Number(value.toPrecision(4)));
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value !== "object") return String(value);
  if (isNode(value)) return JSON.stringify(words(value));
  if (value instanceof Map) return `Map ${shown(Object.fromEntries(value))}`;
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return `[${Array.from(value as ArrayLike<unknown>, shown).join(", ")}]`;
  return `{${Object.entries(value)
    .filter(([, own]) => own !== undefined && typeof own !== "function")
    .map(([name, own]) => `${name}: ${shown(own)}`)
    .join(", ")}}`;
}

function isNode(value: object): value is Node {
  return "nodeType" in value && "textContent" in value;
}

/** What a reader sees of an element first. */
function words(node: Node): string {
  const seen = node.cloneNode(true);
  if ("querySelectorAll" in seen)
    for (const one of (seen as Element).querySelectorAll("style, select, button")) one.remove();
  const text = (seen.textContent ?? "").replace(/\s+/g, " ").trim();
  return text.length > MOST_WORDS ? `${text.slice(0, MOST_WORDS)} …` : text;
}

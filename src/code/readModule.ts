import {createHash} from "node:crypto";
import {existsSync, readFileSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {type Node, parse} from "acorn";
import {importsOf, type Import, importsOfText} from "./importsOf.js";
import {normalizeTree} from "./normalizeSource.js";

/** A file of code as it lies on disk. */
export interface Module {
  /** SHA-256 (hex) of what it says: of JavaScript without comments and layout, of anything else the bytes. */
  sha256: string;
  imports: readonly Import[];
  /** True when it does nothing but pass on what other files export. */
  passesOn?: boolean;
}

const modules = new Map<string, Module>();

/** What `npm run prepare` has read in lib/, by the SHA-256 of a file's bytes, so that a start need not parse it again. */
let remembered: Record<string, Module> | undefined;

/** Where that is kept: lib/modules.json, beside the compiled rooms; there is none beside the sources. */
export const REMEMBERED = new URL("../modules.json", import.meta.url);

/** Reads a file of code, once in a process. Throws when there is none. */
export function readModule(path: string): Module {
  const known = modules.get(path);
  if (known) return known;
  const bytes = readFileSync(path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  remembered ??= existsSync(REMEMBERED)
    ? (JSON.parse(readFileSync(REMEMBERED, "utf8")) as Record<string, Module>)
    : {};
  const module = remembered[sha256] ?? parsedModule(path, bytes.toString(), sha256);
  modules.set(path, module);
  return module;
}

/** Reads a file's text. `sha256` is that of its bytes. */
export function parsedModule(path: string, text: string, sha256: string): Module {
  if (/\.[cm]?tsx?$/.test(path)) return {sha256, ...importsOfText(text)};
  const tree = /\.[cm]?js$/.test(path) ? parsed(text) : undefined;
  if (!tree) return {sha256, imports: []};
  return {
    sha256: createHash("sha256").update(normalizeTree(tree)).digest("hex"),
    ...importsOf(tree)
  };
}

/** The file that a relative import means; undefined for a package, and when there is no such file. */
export function localFile(name: string, from: string): string | undefined {
  if (!name.startsWith(".")) return undefined;
  const path = resolve(dirname(from), name);
  const stem = path.replace(/\.([cm]?)js$/, "");
  const paths = [path, `${stem}.ts`, `${stem}.mts`, `${path}.ts`, `${path}.js`, join(path, "index.ts")];
  return paths.find((one) => /\.\w+$/.test(one) && existsSync(one));
}

/** "@scope/name" of "@scope/name/part"; undefined for a file and for what Node itself has. */
export function packageOf(name: string): string | undefined {
  if (/^(?:\.|\/|[a-z]+:)/.test(name)) return undefined;
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

function parsed(text: string): Node | undefined {
  try {
    return parse(text, {ecmaVersion: "latest", sourceType: "module", allowHashBang: true});
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

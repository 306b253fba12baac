import {createHash} from "node:crypto";
import {existsSync, readFileSync} from "node:fs";
import {type Node, parse} from "acorn";
import {importsOf, type Import, importsOfText} from "./importsOf.js";
import {normalizeTree} from "./normalizeSource.js";
import {withoutComments} from "./withoutComments.js";

/** A file of code as it lies on disk. */
export interface FingerprintedModule {
  /** SHA-256 (hex) of what it says: of code without comments and layout, of anything else the bytes. */
  sha256: string;
  imports: readonly Import[];
  /** True when it does nothing but pass on what other files export. */
  passesOn?: boolean;
}

const modules = new Map<string, FingerprintedModule>();

/**
 * What the build has read, by the SHA-256 of a compiled file's bytes: what its source says. A start need not parse it
 * again, and the compiled package has the versions that its sources have.
 */
let remembered: Record<string, FingerprintedModule> | undefined;

/** Where that is kept: lib/modules.json, beside the compiled rooms; there is none beside the sources. */
export const REMEMBERED = new URL("../../modules.json", import.meta.url);

/** Reads a file of code, once in a process. Throws when there is none. */
export function readModule(path: string): FingerprintedModule {
  const known = modules.get(path);
  if (known) return known;
  const module = readModuleNow(path);
  modules.set(path, module);
  return module;
}

/** Reads a file of code as it is now, for a process that looks more than once. Throws when there is none. */
export function readModuleNow(path: string): FingerprintedModule {
  const bytes = readFileSync(path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  remembered ??= existsSync(REMEMBERED)
    ? (JSON.parse(readFileSync(REMEMBERED, "utf8")) as Record<string, FingerprintedModule>)
    : {};
  return remembered[sha256] ?? parsedModule(path, bytes.toString(), sha256);
}

/** Reads a file's text. `sha256` is that of its bytes. */
export function parsedModule(path: string, text: string, sha256: string): FingerprintedModule {
  if (/\.[cm]?tsx?$/.test(path)) return {sha256: hashOf(withoutComments(text)), ...importsOfText(text)};
  const tree = /\.[cm]?js$/.test(path) ? syntaxTree(text) : undefined;
  if (!tree) return {sha256, imports: []};
  return {sha256: hashOf(normalizeTree(tree)), ...importsOf(tree)};
}

function hashOf(said: string): string {
  return createHash("sha256").update(said).digest("hex");
}

function syntaxTree(text: string): Node | undefined {
  try {
    return parse(text, {ecmaVersion: "latest", sourceType: "module", allowHashBang: true});
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

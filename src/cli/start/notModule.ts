import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";

/** Not the package's own code, or made of it. */
const OTHERS = /^(\..*|node_modules|dist)$/;

/**
 * The first `*.js` file of a package that would not run with `"type": "module"`; undefined when there is none. `*.cjs` and
 * `*.mjs` are what they are either way, and folders with a package.json of their own say so there.
 */
export async function notModule(root: string, folder = ""): Promise<string | undefined> {
  const entries = await readdir(join(root, folder), {withFileTypes: true});
  if (folder !== "" && entries.some(({name}) => name === "package.json")) return undefined;
  const own = entries.filter(({name}) => !OTHERS.test(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of own) {
    const path = join(folder, entry.name);
    if (!entry.isFile() || !path.endsWith(".js")) continue;
    if (!runsAsModule(await readFile(join(root, path), "utf8"))) return path;
  }
  for (const entry of own.filter((one) => one.isDirectory())) {
    const found = await notModule(root, join(folder, entry.name));
    if (found !== undefined) return found;
  }
  return undefined;
}

const MODULE_STATEMENT = /^[^\S\n]*(?:import\b\s*[\w${*"']|export\b\s*[\w${*])/m;
/** Bundlers find "./part", Node's modules do not. */
const WITHOUT_ENDING = /\b(?:from|import)\s*\(?\s*["']\.{1,2}\/(?:[^"'\n]*\/)?[^"'\n./]*["']/;
const COMMON = /\bmodule\.exports\b|\brequire\s*\(/;

function runsAsModule(text: string): boolean {
  const isCommon = COMMON.test(text) && !text.includes("createRequire");
  return MODULE_STATEMENT.test(text) && !isCommon && !WITHOUT_ENDING.test(text);
}

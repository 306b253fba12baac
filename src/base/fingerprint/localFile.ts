import {existsSync, readFileSync, realpathSync, statSync} from "node:fs";
import {createRequire} from "node:module";
import {dirname, isAbsolute, join, resolve, sep} from "node:path";
import {fileURLToPath} from "node:url";
import type * as TsconfigLibrary from "get-tsconfig";
import type * as PackageMapsLibrary from "resolve-pkg-maps";

/** The folder of the package's own code: src, or lib where it is compiled. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const require = createRequire(import.meta.url);
const CONDITIONS = ["node", "import", "require", "default"];
const TYPESCRIPT = [".ts", ".tsx", ".mts", ".cts"];
const ENDINGS = [...TYPESCRIPT, ".js", ".jsx", ".mjs", ".cjs", ".json"];
const INSTALLED = `${sep}node_modules${sep}`;

/**
 * The file of a project that an import means: by its path, by package.json's `imports`, by tsconfig.json's `paths`, or in a
 * package of the same workspace, whose version says nothing of its code. Undefined for an installed package, and when
 * there is no such file.
 */
export function localFile(name: string, from: string): string | undefined {
  for (const path of pathsOf(name, from)) {
    const found = fileAt(path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** "@scope/name" of "@scope/name/part"; undefined for a file and for what Node itself has. */
export function packageOf(name: string): string | undefined {
  if (/^(?:[./#]|[a-z]+:)/.test(name)) return undefined;
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

function pathsOf(name: string, from: string): string[] {
  if (name.startsWith(".")) return [resolve(dirname(from), name)];
  if (isAbsolute(name)) return [name];
  if (name.startsWith("file:")) return [fileURLToPath(name)];
  if (name.startsWith("#")) return importedPaths(name, from);
  const isOwn = from.startsWith(ROOT + sep);
  if (isOwn || from.includes(INSTALLED) || packageOf(name) === undefined) return [];
  return [...(pathsMatcher(dirname(from))?.(name) ?? []), ...workspacePaths(name, from)];
}

/** As Node and tsx look for it: TypeScript may stand where JavaScript is named, and an ending may be left out. */
function fileAt(path: string): string | undefined {
  const stem = path.replace(/\.([cm]?)jsx?$/, "");
  const paths = [
    path,
    ...(stem === path ? [] : TYPESCRIPT.map((ending) => stem + ending)),
    ...ENDINGS.map((ending) => path + ending),
    ...ENDINGS.map((ending) => join(path, `index${ending}`))
  ];
  return paths.find((one) => statSync(one, {throwIfNoEntry: false})?.isFile());
}

/** A folder's own value, or that of the nearest folder above it that has one; looked for once a process. */
function nearest<T>(valueIn: (folder: string) => T | undefined): (folder: string) => T | undefined {
  const known = new Map<string, T | undefined>();
  const find = (folder: string): T | undefined => {
    if (known.has(folder)) return known.get(folder);
    const value = valueIn(folder) ?? (folder === dirname(folder) ? undefined : find(dirname(folder)));
    known.set(folder, value);
    return value;
  };
  return find;
}

interface PackageFile {
  folder: string;
  imports?: PackageMapsLibrary.PathConditionsMap;
  exports?: PackageMapsLibrary.PathConditions;
  main?: string;
}

function packageIn(folder: string): PackageFile | undefined {
  const file = join(folder, "package.json");
  return existsSync(file) ? {...(JSON.parse(readFileSync(file, "utf8")) as object), folder} : undefined;
}

const packageAround = nearest(packageIn);

function importedPaths(name: string, from: string): string[] {
  const around = packageAround(dirname(from));
  if (!around?.imports) return [];
  const {resolveImports} = require("resolve-pkg-maps") as typeof PackageMapsLibrary;
  return attempted(() => resolveImports(around.imports!, name, CONDITIONS)).map((path) =>
    resolve(around.folder, path)
  );
}

const pathsMatcher = nearest((folder) => {
  if (!existsSync(join(folder, "tsconfig.json"))) return undefined;
  const {createPathsMatcher, parseTsconfig} = require("get-tsconfig") as typeof TsconfigLibrary;
  const path = join(folder, "tsconfig.json");
  // A configuration that is broken is the compiler's to tell of.
  const [matcher] = attempted(() => [createPathsMatcher({path, config: parseTsconfig(path)})]);
  return matcher ?? (() => []);
});

const installed = new Map<string, string | undefined>();

/** Where a package lies for the files of a folder; undefined where it is not installed, as an optional one may be. */
export function packageFolder(name: string, from: string): string | undefined {
  const key = `${name} ${from}`;
  if (installed.has(key)) return installed.get(key);
  const folder = join(from, "node_modules", name);
  const found = existsSync(join(folder, "package.json"))
    ? folder
    : from === dirname(from)
      ? undefined
      : packageFolder(name, dirname(from));
  installed.set(key, found);
  return found;
}

/** What a package means that is linked into node_modules from beside it, as workspaces are. */
function workspacePaths(name: string, from: string): string[] {
  const own = packageOf(name)!;
  const folder = packageFolder(own, dirname(from));
  const real = folder && realpathSync(folder);
  // Assay itself counts by its version wherever it lies.
  if (real === undefined || real.includes(INSTALLED) || real === dirname(ROOT)) return [];
  const {exports, main = "index"} = packageIn(real)!;
  const part = name.slice(own.length + 1);
  if (exports === undefined) return [join(real, part === "" ? main : part)];
  const {resolveExports} = require("resolve-pkg-maps") as typeof PackageMapsLibrary;
  return attempted(() => resolveExports(exports, part, CONDITIONS)).map((path) => resolve(real, path));
}

/** Maps that name nothing, or not this, are errors of their libraries. */
function attempted<T>(find: () => T[]): T[] {
  try {
    return find();
  } catch {
    return [];
  }
}

import {existsSync, readFileSync} from "node:fs";
import {dirname, join, posix, relative, resolve, sep} from "node:path";
import {fileURLToPath} from "node:url";

const OWN = /^_node\/assay@[^/]+\/([\w/-]+)\.[0-9a-f]+\.js$/;

/** The folder of the package's code: lib, or src when run from sources. */
const ENGINE = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/**
 * Framework puts each part of Assay that pages import into one file, of which a page takes all or nothing. Bundles take
 * the package's own files in its place: a page then loads what it uses of them.
 */
export class EngineModules {
  /** Files of other packages that the site has, by the package's name. */
  readonly #packages = new Map<string, string>();

  constructor(private readonly dist: string) {}

  /** The package's own file behind a module of the site, "_node/assay@…/components.….js"; undefined for any other. */
  fileOf(module: string): string | undefined {
    const part = OWN.exec(module)?.[1];
    if (part === undefined) return undefined;
    const {exports} = JSON.parse(readFileSync(join(ENGINE, "../package.json"), "utf8")) as {
      exports: Record<string, {default: string}>;
    };
    const compiled = exports[`./${part}`]?.default.replace(/^\.\/lib\//, "");
    const file = compiled && this.resolve(join(ENGINE, compiled));
    if (file === undefined) return undefined;
    const code = readFileSync(join(this.dist, module), "utf8");
    for (const [, path, name] of code.matchAll(/"(\.\.\/((?:@[\w.-]+\/)?[\w.-]+)@[^"]+)"/g))
      this.#packages.set(name!, join(this.dist, posix.join(posix.dirname(module), path!)));
    return file;
  }

  /** Where an import of a file leads when the package's own files write it; undefined when they do not. */
  imported(path: string, importer: string): string | undefined {
    if (relative(ENGINE, importer).startsWith(`..${sep}`)) return undefined;
    return path.startsWith(".") ? this.resolve(resolve(dirname(importer), path)) : this.#packages.get(path);
  }

  /** Compiled, or the source when the engine is not. */
  private resolve(path: string): string | undefined {
    return [path, path.replace(/\.js$/, ".ts")].find((file) => existsSync(file));
  }
}

import {readFile, rm, writeFile} from "node:fs/promises";
import {existsSync} from "node:fs";
import {dirname, isAbsolute, join, posix, relative, resolve, sep} from "node:path";
import type {Metafile, Plugin} from "esbuild";
import {EngineModules} from "./engineModules.js";
import {frameworkEsbuild} from "../seedNpmCache.js";
import {type PageScript, pageScripts, specifierFrom} from "./pageScripts.js";
import {makeFolder} from "../../../base/system/files.js";

/** Where bundles go: as deep as Framework's own folder, so that what its modules name relatively is still there. */
const FOLDER = "_report";

/** The page that is opened first takes no more of a module than it names. */
const FRONT = "index.html";
/** Before the module's path: what the front page takes of it, as an entry of its own. */
const TAKEN = "front:";

const PRELOADS = /<link rel="modulepreload"[^>]*>\n?/g;

/**
 * Bundles the modules of a built site's pages: what 170 small files held comes in a handful. Each module that pages import
 * becomes one entry, and what the front page takes of it another; what entries share, and what is imported on demand,
 * becomes chunks. The pages are rewritten to import the entries, and modules that nothing imports any more are removed.
 * Does nothing where no page imports a module.
 */
export async function bundlePages(dist: string): Promise<void> {
  const pages = await pageScripts(dist);
  const modules = [...new Set(pages.flatMap(({imports}) => imports.map(({module}) => module)))].sort();
  if (modules.length === 0) return;
  const engine = new EngineModules(resolve(dist));
  const files = new Map(modules.map((module) => [module, engine.fileOf(module) ?? resolve(dist, module)]));
  const taken = await takenBy(
    files,
    pages.find(({page}) => page === FRONT)
  );
  const {metafile, outputFiles} = await frameworkEsbuild().build({
    absWorkingDir: resolve(dist),
    entryPoints: [...modules, ...[...taken.keys()].map((module) => TAKEN + module)],
    outdir: FOLDER,
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "error",
    plugins: [siteModules({dist: resolve(dist), files, taken, engine})]
  });
  await makeFolder(join(dist, FOLDER));
  for (const {path, contents} of outputFiles) await writeFile(path, contents);
  const bundles = bundlesOf(metafile);
  for (const page of pages) await writeFile(join(dist, page.page), rewritten(page, bundles, metafile));
  const kept = new Set(Object.keys(metafile.outputs));
  for (const input of Object.keys(metafile.inputs))
    if (!kept.has(input) && !input.startsWith("..")) await rm(join(dist, input), {force: true});
  for (const module of modules) await rm(join(dist, module), {force: true});
}

/**
 * What a page takes of each module, as the code of a module that takes no more: the names straight from where they are
 * defined, since what a list of exports names comes whole otherwise. Modules of which it is not known are left out.
 */
async function takenBy(
  files: ReadonlyMap<string, string>,
  page: PageScript | undefined
): Promise<Map<string, string>> {
  const taken = new Map<string, string>();
  const code = page?.html.replace(PRELOADS, "") ?? "";
  for (const {specifier, module} of page?.imports ?? []) {
    const quoted = `"${specifier}"`;
    const takes = [...code.matchAll(/const \{([\w$, ]+)\} = await import\(("[^"]+")\)/g)].filter(
      ([, , from]) => from === quoted
    );
    if (takes.length === 0 || takes.length !== code.split(quoted).length - 1) continue;
    const names = [...new Set(takes.flatMap(([, list]) => list!.split(/, ?/)))].sort();
    const exported = definedAt(await readFile(files.get(module)!, "utf8"));
    if (names.some((name) => !exported.has(name))) continue;
    const lines = names.map((name) => `export {${name}} from ${JSON.stringify(exported.get(name))};`);
    taken.set(module, lines.join("\n"));
  }
  return taken;
}

/** Where each name that a module only passes on is defined, as the module writes it. */
function definedAt(code: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, list, from] of code.matchAll(/export ?\{([\w$, \n]+)\} ?from ?"([^"]+)"/g))
    for (const name of list!.split(",")) if (name.trim() !== "") found.set(name.trim(), from!);
  return found;
}

interface SiteModules {
  dist: string;
  /** The file to bundle of each module that pages import. */
  files: ReadonlyMap<string, string>;
  taken: ReadonlyMap<string, string>;
  engine: EngineModules;
}

/** Everything in a site is free of side effects but Framework's own modules; what is not in it stays as it is written. */
function siteModules({dist, files, taken, engine}: SiteModules): Plugin {
  return {
    name: "site-modules",
    setup(build) {
      build.onLoad({filter: /.*/, namespace: "front"}, ({path}) => ({
        contents: taken.get(path),
        resolveDir: dirname(files.get(path)!)
      }));
      build.onResolve({filter: /.*/}, ({path, importer, kind, resolveDir}) => {
        if (kind === "entry-point" && path.startsWith(TAKEN))
          return {path: path.slice(TAKEN.length), namespace: "front"};
        if (kind === "entry-point") return {path: files.get(path)!};
        const own = engine.imported(
          path,
          importer === "" || !isAbsolute(importer) ? join(resolveDir, "x") : importer
        );
        if (own !== undefined) return {path: own, sideEffects: false};
        if (!path.startsWith(".")) return {path, external: true};
        const file = resolve(resolveDir || dirname(importer), path);
        if (existsSync(file)) return {path: file, sideEffects: file.includes(`${sep}_observablehq${sep}`)};
        return {path: posix.join("..", relative(dist, file).split(sep).join("/")), external: true};
      });
    }
  };
}

function bundlesOf(metafile: Metafile): Map<string, string> {
  const bundles = new Map<string, string>();
  for (const [output, {entryPoint}] of Object.entries(metafile.outputs))
    if (entryPoint !== undefined) bundles.set(entryPoint, output);
  return bundles;
}

function rewritten(
  {page, html, imports}: PageScript,
  bundles: ReadonlyMap<string, string>,
  metafile: Metafile
): string {
  let text = html.replace(PRELOADS, "");
  const preloaded = new Set<string>();
  for (const {specifier, module} of imports) {
    const bundle = (page === FRONT ? bundles.get(TAKEN + module) : undefined) ?? bundles.get(module);
    if (bundle === undefined) throw new Error(`not bundled: ${module}`);
    text = text.replaceAll(`"${specifier}"`, `"${specifierFrom(page, bundle)}"`);
    for (const output of staticallyImported(bundle, metafile)) preloaded.add(output);
  }
  const links = [...preloaded].map(
    (output) => `<link rel="modulepreload" href="${specifierFrom(page, output)}">\n`
  );
  return text.replace("</head>", () => `${links.join("")}</head>`);
}

/** A bundle and all that the browser must have before it can run it. */
function staticallyImported(bundle: string, metafile: Metafile, seen = new Set<string>()): Set<string> {
  if (seen.has(bundle)) return seen;
  seen.add(bundle);
  for (const {path, kind, external} of metafile.outputs[bundle]?.imports ?? [])
    if (kind === "import-statement" && !external) staticallyImported(path, metafile, seen);
  return seen;
}

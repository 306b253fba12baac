import {mkdir, rm, writeFile} from "node:fs/promises";
import {existsSync} from "node:fs";
import {dirname, join, posix, relative, resolve, sep} from "node:path";
import type {Metafile, Plugin} from "esbuild";
import {frameworkEsbuild} from "../seedNpmCache.js";
import {type PageScript, pageScripts, specifierFrom} from "./pageScripts.js";

/** Where bundles go: as deep as Framework's own folder, so that what its modules name relatively is still there. */
const FOLDER = "_report";

/**
 * Bundles the modules of a built site's pages: what 170 small files held comes in a handful. Each module that pages import
 * becomes one entry; what entries share, and what is imported on demand, becomes chunks. The pages are rewritten to import
 * the entries, and modules that nothing imports any more are removed. Does nothing where no page imports a module.
 */
export async function bundlePages(dist: string): Promise<void> {
  const pages = await pageScripts(dist);
  const modules = [...new Set(pages.flatMap(({imports}) => imports.map(({module}) => module)))].sort();
  if (modules.length === 0) return;
  const {metafile, outputFiles} = await frameworkEsbuild().build({
    absWorkingDir: resolve(dist),
    entryPoints: modules,
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
    plugins: [siteModules(resolve(dist))]
  });
  await mkdir(join(dist, FOLDER), {recursive: true});
  for (const {path, contents} of outputFiles) await writeFile(path, contents);
  const bundles = bundlesOf(metafile);
  for (const page of pages) await writeFile(join(dist, page.page), rewritten(page, bundles, metafile));
  const kept = new Set(Object.keys(metafile.outputs));
  for (const input of Object.keys(metafile.inputs))
    if (!kept.has(input)) await rm(join(dist, input), {force: true});
}

/** Everything in a site is free of side effects but Framework's own modules; what is not in it stays as it is written. */
function siteModules(dist: string): Plugin {
  return {
    name: "site-modules",
    setup(build) {
      build.onResolve({filter: /.*/}, ({path, importer, kind, resolveDir}) => {
        if (kind === "entry-point") return {path: join(dist, path)};
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
  let text = html.replace(/<link rel="modulepreload"[^>]*>\n?/g, "");
  const preloaded = new Set<string>();
  for (const {specifier, module} of imports) {
    const bundle = bundles.get(module);
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

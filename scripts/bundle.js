import {readFile, rm} from "node:fs/promises";
import {join, relative, resolve, sep} from "node:path";
import {build} from "esbuild";

/**
 * Joins the compiled modules below `lib` into the few files of lib/bundle, which commands, projects and page loaders start
 * from: Node takes longer to find and link hundreds of files than to run them. Packages stay outside. A module's
 * `import.meta.url` stays that of its own compiled file, by which versions of code, processes and packaged files are found.
 */
export async function bundle(lib) {
  const outdir = resolve(lib, "bundle");
  await rm(outdir, {recursive: true, force: true});
  await build({
    entryPoints: {
      index: join(lib, "index.js"),
      site: join(lib, "site/index.js"),
      main: join(lib, "cli/main.js")
    },
    outdir,
    chunkNames: "part-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    logLevel: "warning",
    plugins: [
      {name: "own-url", setup: (it) => it.onLoad({filter: /\.js$/}, ({path}) => withOwnUrl(path, outdir))}
    ]
  });
}

/** All files of the bundle lie in one folder, so that one relative path leads from any of them to the module's own. */
async function withOwnUrl(path, outdir) {
  const own = JSON.stringify(relative(outdir, path).split(sep).join("/"));
  const text = await readFile(path, "utf8");
  return {
    contents: text.replaceAll("import.meta.url", `new URL(${own}, import.meta.url).href`),
    loader: "js"
  };
}

import {readFile, rm} from "node:fs/promises";
import {join, relative, resolve, sep} from "node:path";
import {build} from "esbuild";

/** Of packages that every start loads and that have a CommonJS form, what the engine takes: by `import` Node would parse their files twice. */
const REQUIRED = {
  "@duckdb/node-api": ["DuckDBInstance", "DuckDBTypeId", "JSDuckDBValueConverter"],
  commander: ["Command", "CommanderError", "InvalidArgumentError", "Option"],
  zod: ["z"]
};

/**
 * Joins the compiled modules below `lib` into the few files of lib/bundle, which commands, projects and page loaders start
 * from: Node takes longer to find and link hundreds of files than to run them. Packages stay outside. A module's
 * `import.meta.url` stays that of its own compiled file, by which versions of code, processes and packaged files are found.
 */
export async function bundle(lib, folder = "bundle", entryPoints = entriesOf(lib)) {
  const outdir = resolve(lib, folder);
  await rm(outdir, {recursive: true, force: true});
  await build({
    entryPoints,
    outdir,
    chunkNames: "part-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    logLevel: "warning",
    plugins: [ownUrl(outdir), required]
  });
}

const entriesOf = (lib) => ({
  index: join(lib, "index.js"),
  site: join(lib, "report/site/index.js"),
  main: join(lib, "cli/main.js")
});

/** All files of the bundle lie in one folder, so that one relative path leads from any of them to the module's own. */
const ownUrl = (outdir) => ({
  name: "own-url",
  setup: ({onLoad}) =>
    onLoad({filter: /\.js$/}, async ({path}) => {
      const own = JSON.stringify(relative(outdir, path).split(sep).join("/"));
      const text = await readFile(path, "utf8");
      return {contents: text.replaceAll("import.meta.url", `new URL(${own}, import.meta.url).href`)};
    })
});

const required = {
  name: "required",
  setup({onResolve, onLoad}) {
    onResolve({filter: /^[^./]/}, ({path}) => (path in REQUIRED ? {path, namespace: "required"} : undefined));
    onLoad({filter: /.*/, namespace: "required"}, ({path}) => ({
      contents: `import {createRequire} from "node:module";
export const {${REQUIRED[path].join(", ")}} = createRequire(import.meta.url)(${JSON.stringify(path)});`
    }));
  }
};

import {readFile} from "node:fs/promises";
import {join, relative, resolve} from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";
import {build, type Plugin} from "esbuild";
import {compiled} from "./compiledEngine.js";

const repository = resolve(import.meta.dirname, "../..");
const sources = join(repository, "src");
const outdir = join(repository, "node_modules/.cache/assay-tests");

/**
 * The path of a script of the tests, joined into one file with what it takes of the compiled engine, as users' commands are:
 * a process that is started dozens of times to be killed starts three times as fast as through tsx.
 */
export async function childScript(script: URL): Promise<string> {
  const path = fileURLToPath(script);
  // Test files at work at the same time may need the same script.
  const outfile = join(outdir, `${relative(repository, path).replaceAll(/\W/g, "-")}.${process.pid}.mjs`);
  await build({
    entryPoints: [path],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    logLevel: "warning",
    plugins: [compiledEngine]
  });
  return outfile;
}

/** The engine's modules are the compiled ones, and each knows its own file. */
const compiledEngine: Plugin = {
  name: "compiled-engine",
  setup({onResolve, onLoad}) {
    onResolve({filter: /^\./}, ({path, resolveDir}) => {
      const module = relative(sources, resolve(resolveDir, path));
      return module.startsWith("..") ? undefined : {path: compiled(module)};
    });
    onLoad({filter: /\.[jt]s$/}, async ({path}) => ({
      contents: (await readFile(path, "utf8")).replaceAll(
        "import.meta.url",
        JSON.stringify(pathToFileURL(path).href)
      ),
      loader: path.endsWith(".ts") ? "ts" : "js"
    }));
  }
};

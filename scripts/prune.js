// Removes from a checkout's node_modules what nothing here reads: 190 MB of builds of DuckDB for other engines, libraries for another
// processor, and source maps. `npm ci` and `npm install` of a checkout run it as `postprepare`.
import {existsSync, readdirSync, rmSync} from "node:fs";
import {join} from "node:path";

const modules = "node_modules";
/** What lies below a folder. Links are not followed: node_modules/assay leads back to the checkout, and so round for ever. */
const filesOf = (folder) =>
  (existsSync(folder) ? readdirSync(folder, {withFileTypes: true}) : []).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [path, ...filesOf(path)] : [path];
  });

const duckdb = filesOf(join(modules, "@duckdb/duckdb-wasm/dist")).filter(
  (file) =>
    /\.(wasm|cjs|mjs|js)$/.test(file) && !/duckdb-(eh\.wasm|browser\.mjs|browser-eh\.worker\.js)$/.test(file)
);
// The libraries for Linux on arm64 say that they run on x64, too, where nothing loads them.
const libraries = filesOf(join(modules, "@node-llama-cpp")).filter(
  (path) => /linux-\w+[\\/]bins$/.test(path) && !path.includes(`linux-${process.arch}`)
);
const maps = filesOf(modules).filter((file) => /\.(css|[cm]?[jt]s)\.map$/.test(file));

for (const path of [...duckdb, ...libraries, ...maps]) rmSync(path, {recursive: true, force: true});

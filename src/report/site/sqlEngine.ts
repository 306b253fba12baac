import {readFile, stat} from "node:fs/promises";
import {createRequire} from "node:module";
import {join} from "node:path";
import type {SqlEngine} from "./dataTypes.js";
import {frameworkEsbuild} from "./seedNpmCache.js";
import {tarArchive} from "./tarArchive.js";

/** An add-on: with its three builds it takes 140 MB in node_modules, and 37 MB in a site. */
const PACKAGE = "@duckdb/duckdb-wasm";

/** What the page of SQL loads, in the archive that its loader prints. */
export const SQL_FILES = ["engine.js", "worker.js", "duckdb.wasm"];

const WASM = "duckdb-eh.wasm";
const WORKER = "duckdb-browser-eh.worker.js";

/** The DuckDB that a project has for its report's page of SQL; null when it is not installed. */
export async function sqlEngine(project: string): Promise<SqlEngine | null> {
  const folder = folderOf(project);
  if (folder === undefined) return null;
  const {version} = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {version: string};
  return {version, bytes: (await stat(join(folder, "dist", WASM))).size};
}

/** `SQL_FILES` as a tar archive. Throws when DuckDB is not installed. */
export async function sqlEngineArchive(project: string): Promise<Uint8Array> {
  const folder = folderOf(project);
  if (folder === undefined) throw new Error(`package not installed: ${PACKAGE}`);
  const {outputFiles} = await frameworkEsbuild().build({
    entryPoints: [join(folder, "dist", "duckdb-browser.mjs")],
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    write: false,
    logLevel: "error"
  });
  const file = async (name: string) => (await readFile(join(folder, "dist", name))) as Uint8Array;
  const contents = [outputFiles[0]!.contents, await file(WORKER), await file(WASM)];
  return tarArchive(
    SQL_FILES.map((name, i) => ({name, content: contents[i]!})),
    {compressed: false}
  );
}

function folderOf(project: string): string | undefined {
  for (const from of [join(project, "package.json"), import.meta.url])
    try {
      return join(createRequire(from).resolve(`${PACKAGE}/dist/${WASM}`), "..", "..");
    } catch {
      continue;
    }
  return undefined;
}

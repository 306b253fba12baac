import {spawnSync} from "node:child_process";
import {existsSync, readdirSync, statSync} from "node:fs";
import {join, resolve} from "node:path";

const repository = resolve(import.meta.dirname, "../..");

/** A file of the compiled engine, which is what processes of tests run, as users do: "bundle/main.js". */
export function compiled(path: string): string {
  return join(repository, "lib", path);
}

/** Before any test: compiles the engine again when a source is newer. */
export default function compileWhenStale(): void {
  const built = compiled(".tsbuildinfo");
  const since = existsSync(built) ? statSync(built).mtimeMs : 0;
  const files = readdirSync(join(repository, "src"), {recursive: true, encoding: "utf8"});
  const isNewer = (file: string) => statSync(join(repository, "src", file)).mtimeMs > since;
  if (!files.some((file) => file.endsWith(".ts") && isNewer(file))) return;
  const {status} = spawnSync(process.execPath, ["scripts/build.js"], {cwd: repository, stdio: "inherit"});
  if (status !== 0) throw new Error("the engine does not compile: see above");
}

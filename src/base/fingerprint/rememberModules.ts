import {createHash} from "node:crypto";
import {existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {type FingerprintedModule, parsedModule} from "./readModule.js";

/**
 * Reads the source of every compiled file once and keeps what it says in modules.json beside the compiled rooms, under the
 * SHA-256 of the compiled bytes: a compiled file that was changed by hand is not found there.
 */
export function rememberModules(compiled: string, sources: string): void {
  const found = Object.create(null) as Record<string, FingerprintedModule>;
  for (const name of readdirSync(compiled, {recursive: true, encoding: "utf8"})) {
    const source = join(sources, name.replace(/\.js$/, ".ts"));
    if (!name.endsWith(".js") || !existsSync(source)) continue;
    const text = readFileSync(source, "utf8");
    const key = createHash("sha256")
      .update(readFileSync(join(compiled, name)))
      .digest("hex");
    found[key] = parsedModule(source, text, key);
  }
  writeFileSync(join(compiled, "modules.json"), JSON.stringify(found));
}

import {createHash} from "node:crypto";
import {readdirSync, readFileSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {type Module, parsedModule, REMEMBERED} from "./readModule.js";

/** Reads every compiled file once and keeps what they say in lib/modules.json, so that no start has to parse them. */
export function rememberModules(): void {
  const file = fileURLToPath(REMEMBERED);
  const folder = dirname(file);
  const found: Record<string, Module> = {};
  for (const name of readdirSync(folder, {recursive: true, encoding: "utf8"})) {
    if (!name.endsWith(".js")) continue;
    const bytes = readFileSync(join(folder, name));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    found[sha256] = parsedModule(name, bytes.toString(), sha256);
  }
  writeFileSync(file, JSON.stringify(found));
}

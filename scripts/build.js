// Compiles the engine to lib/. Runs through `prepare` on `npm ci`; an installed tarball already carries lib/.
import {spawnSync} from "node:child_process";
import {existsSync} from "node:fs";

const tsc = "node_modules/typescript/bin/tsc";
if (existsSync(tsc) && existsSync("tsconfig.build.json")) {
  const {status} = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], {stdio: "inherit"});
  if (status === 0) (await import("../lib/code/rememberModules.js")).rememberModules("lib", "src");
  process.exit(status ?? 1);
}

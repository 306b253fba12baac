// Compiles the engine to lib/. Types are not checked here: `npm run lint` does. `npm ci` and `npm install` of a checkout run it as
// `postprepare`, and `npm pack` as `prepack`; an installed tarball already carries lib/. Not as `prepare`: npm 11 warns of that in
// whoever installs the tarball, where it does nothing.
import {spawnSync} from "node:child_process";
import {existsSync, symlinkSync} from "node:fs";

const tsc = "node_modules/typescript/bin/tsc";
if (existsSync(tsc) && existsSync("tsconfig.build.json")) {
  const {status} = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--noCheck"], {
    stdio: "inherit"
  });
  if (status === 0) {
    (await import("../lib/base/fingerprint/rememberModules.js")).rememberModules("lib", "src");
    await (await import("./bundle.js")).bundle("lib");
    // Framework bundles a linked package from its own folder, where the package must find itself by its name.
    if (!existsSync("node_modules/assay")) symlinkSync("..", "node_modules/assay", "junction");
  }
  process.exit(status ?? 1);
}

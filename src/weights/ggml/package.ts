import {readdirSync, readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {dirname, join} from "node:path";
import {UserError} from "../../base/validation/errors.js";

/** The one release whose gradients were compared with the reference implementations. */
export const RELEASE = "3.21.1";
/** What `ggml_version()` of that release says. */
export const GGML_VERSION = "0.23.0";
const KOFFI = "3.3.4";

/** Where the prebuilt libraries lie. */
export interface Libraries {
  /** The npm package they came with. */
  package: string;
  folder: string;
  /** Absolute paths. */
  base: string;
  ggml: string;
  llama: string;
}

/** The package with libraries for this machine's processor; undefined where none is published. */
export function packageName(platform = process.platform, arch = process.arch): string | undefined {
  const names: Record<string, string> = {
    "linux-x64": "linux-x64",
    "linux-arm64": "linux-arm64",
    "darwin-x64": "mac-x64",
    "darwin-arm64": "mac-arm64-metal",
    "win32-x64": "win-x64",
    "win32-arm64": "win-arm64"
  };
  const name = names[`${platform}-${arch}`];
  return name && `@node-llama-cpp/${name}`;
}

/** The command that installs what this machine needs. */
export function installCommand(): string {
  return `npm install ${packageName() ?? "@node-llama-cpp/linux-x64"}@${RELEASE} koffi@${KOFFI}`;
}

/**
 * Finds the libraries without loading them. Throws when the package is missing or of another release, or when no
 * package exists for this machine; the message names the command that installs it.
 */
export function findLibraries(
  resolve: (name: string) => string = createRequire(import.meta.url).resolve
): Libraries {
  const name = packageName();
  if (name === undefined)
    throw new UserError(
      `Language models and sentence encoders run on prebuilt libraries, and there are none for ${process.platform} on ${process.arch}. Train and serve on Linux, macOS or Windows, x64 or arm64.`
    );
  let main: string;
  try {
    main = resolve(name);
  } catch (cause) {
    throw new UserError(
      `Language models and sentence encoders need the package ${name}, which is not installed. Run \`${installCommand()}\`.`,
      {cause}
    );
  }
  const root = join(dirname(main), "..");
  const {version} = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {version: string};
  if (version !== RELEASE)
    throw new UserError(
      `${name} is installed in version ${version}; gradients were verified with ${RELEASE} (others load, and some train wrongly without saying so). Run \`${installCommand()}\`.`
    );
  const bins = join(root, "bins");
  const folder = join(bins, readdirSync(bins)[0] ?? "");
  const files = readdirSync(folder);
  const find = (part: string) => {
    const found = files.find((file) =>
      new RegExp(`^(lib)?${part}(\\.v[\\d.]+)?\\.(so|dylib|dll)$`).test(file)
    );
    if (found) return join(folder, found);
    throw new UserError(
      `${folder} holds no ${part} library. The package is damaged: run \`${installCommand()}\`.`
    );
  };
  return {package: name, folder, base: find("ggml-base"), ggml: find("ggml"), llama: find("llama")};
}

import {spawn} from "node:child_process";
import {createRequire} from "node:module";
import {dirname, join} from "node:path";
import {UserError} from "../store/index.js";

/**
 * Runs Observable Framework's own command in the project's folder, with its output as it comes, unless it is `quiet`;
 * `shown` may change what it prints.
 */
export async function framework(
  project: string,
  args: string[],
  options: {quiet?: boolean; shown?: (text: string) => string} = {}
): Promise<void> {
  const folder = dirname(createRequire(import.meta.url).resolve("@observablehq/framework/package.json"));
  const child = spawn(process.execPath, [join(folder, "dist", "bin", "observable.js"), ...args], {
    cwd: project,
    stdio: options.quiet || options.shown ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
    env: {...process.env, OBSERVABLE_TELEMETRY_DISABLE: "1", ASSAY_PROJECT: project}
  });
  let output = "";
  const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000));
  const {shown} = options;
  const pass = (to: NodeJS.WriteStream) => (chunk: Buffer) => shown && to.write(shown(chunk.toString()));
  child.stdout?.on("data", options.quiet ? keep : pass(process.stdout));
  child.stderr?.on("data", options.quiet ? keep : pass(process.stderr));
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  process.once("SIGINT", forward).once("SIGTERM", forward);
  try {
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once("error", reject).once("exit", resolve)
    );
    if (code)
      throw new UserError(
        `the site could not be built (Observable Framework ended with ${code}).${output ? `\n${output.trimEnd()}` : ""}`
      );
  } finally {
    process.off("SIGINT", forward).off("SIGTERM", forward);
  }
}

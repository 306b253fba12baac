import {spawn} from "node:child_process";
import {createRequire} from "node:module";
import {dirname, join} from "node:path";
import {UserError} from "../store/index.js";

interface FrameworkOptions {
  /** Without what Framework prints. */
  quiet?: boolean;
  /** May change what it prints. */
  shown?: (text: string) => string;
  /** The folder that `siteConfig` lets it build, instead of its own. */
  output?: string;
}

/** Runs Observable Framework's own command in the project's folder. Gives the signal that stopped it, if one did. */
export async function framework(
  project: string,
  args: string[],
  options: FrameworkOptions = {}
): Promise<NodeJS.Signals | undefined> {
  const folder = dirname(createRequire(import.meta.url).resolve("@observablehq/framework/package.json"));
  const child = spawn(process.execPath, [join(folder, "dist", "bin", "observable.js"), ...args], {
    cwd: project,
    stdio: options.quiet || options.shown ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      OBSERVABLE_TELEMETRY_DISABLE: "1",
      ASSAY_PROJECT: project,
      ASSAY_SITE_OUTPUT: options.output
    }
  });
  let output = "";
  const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000));
  const {shown} = options;
  const pass = (to: NodeJS.WriteStream) => (chunk: Buffer) => shown && to.write(shown(chunk.toString()));
  child.stdout?.on("data", options.quiet ? keep : pass(process.stdout));
  child.stderr?.on("data", options.quiet ? keep : pass(process.stderr));
  let stopped: NodeJS.Signals | undefined;
  const forward = (signal: NodeJS.Signals) => {
    stopped = signal;
    child.kill(signal);
  };
  process.once("SIGINT", forward).once("SIGTERM", forward);
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) =>
      child.once("error", reject).once("exit", (...ended) => resolve(ended))
    );
    const by = stopped ?? signal ?? undefined;
    if (code && !by)
      throw new UserError(
        `the site could not be built (Observable Framework ended with ${code}).${output ? `\n${output.trimEnd()}` : ""}`
      );
    return by;
  } finally {
    process.off("SIGINT", forward).off("SIGTERM", forward);
  }
}

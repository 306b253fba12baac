import {spawn} from "node:child_process";
import {createRequire} from "node:module";
import {dirname, join} from "node:path";
import {UserError} from "../../base/validation/index.js";
import {SITE_BUILD} from "../../report/site/unmade.js";
import {pagesFolder, refusedByMachine} from "../../base/system/index.js";

interface FrameworkOptions {
  /** Without what Framework prints. */
  quiet?: boolean;
  /** The folder that `siteConfig` lets it build, instead of its own. */
  output?: string;
}

/** Runs Observable Framework's own command in the project's folder. Gives the signal that stopped it, if one did. */
export async function framework(
  project: string,
  args: string[],
  {quiet, output}: FrameworkOptions = {}
): Promise<NodeJS.Signals | undefined> {
  let said = "";
  const keep = (text: string) => {
    said = (said + text.replace(BUG_ADDRESS, "")).slice(-20_000);
  };
  const pass = (text: string) => {
    keep(text);
    process.stderr.write(text.replace(BUG_ADDRESS, ""));
  };
  const {code, stopped, signal} = await runFramework(project, args, {
    output,
    out: quiet ? keep : undefined,
    err: quiet ? keep : pass
  });
  const by = stopped ?? signal;
  if (code && !by) {
    const full = /\b(ENOSPC|EDQUOT|EFBIG)\b/.exec(said)?.[1];
    const why = full && refusedByMachine({code: full}, join(pagesFolder(project), ".observablehq"));
    throw new UserError(
      `the site could not be built (Observable Framework ended with ${code}).${why ? ` ${why}` : quiet && said ? `\n${said.trimEnd()}` : ""}`
    );
  }
  return by;
}

/** Framework takes each of its errors for one of its own; here they are of a project's pages, or of the machine. */
const BUG_ADDRESS = /If you think this is a bug, please file an issue at\s+\S+\s+\S+\n*/;

interface FrameworkOptions extends Pick<FrameworkOptions, "output"> {
  /** Told of what it prints, in place of the terminal. */
  out?: (text: string) => void;
  err?: (text: string) => void;
}

/** How Framework's process ended. */
export interface FrameworkEnd {
  code: number | null;
  /** The signal that was passed on to it. */
  stopped?: NodeJS.Signals;
  /** The signal that ended it, wherever that came from. */
  signal?: NodeJS.Signals;
}

/** Without this process nothing would stand before the preview, and nobody would wait for the build. */
const ENDS_WITH_PARENT = `data:text/javascript,${encodeURIComponent(
  'process.on("disconnect", () => process.exit(1)); process.channel.unref();'
)}`;

/** The same, with every end of it told. It ends when this process does, however that was ended. */
export async function runFramework(
  project: string,
  args: string[],
  {output, out, err}: FrameworkOptions
): Promise<FrameworkEnd> {
  const folder = dirname(createRequire(import.meta.url).resolve("@observablehq/framework/package.json"));
  const script = join(folder, "dist", "bin", "observable.js");
  const child = spawn(process.execPath, ["--import", ENDS_WITH_PARENT, script, ...args], {
    cwd: project,
    stdio: ["ignore", out ? "pipe" : "inherit", err ? "pipe" : "inherit", "ipc"],
    env: {
      ...process.env,
      OBSERVABLE_TELEMETRY_DISABLE: "1",
      ASSAY_PROJECT: project,
      ASSAY_SITE_OUTPUT: output,
      [SITE_BUILD]: args[0] === "build" ? "1" : undefined
    }
  });
  child.stdout?.on("data", (chunk: Buffer) => out?.(chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => err?.(chunk.toString()));
  let stopped: NodeJS.Signals | undefined;
  const forward = (signal: NodeJS.Signals) => {
    stopped = signal;
    child.kill(signal);
  };
  process.once("SIGINT", forward).once("SIGTERM", forward);
  try {
    return await new Promise<FrameworkEnd>((resolve, reject) => {
      const ended = (code: number | null, signal: NodeJS.Signals | null) =>
        resolve({code, stopped, signal: signal ?? undefined});
      // What it said last comes after its exit.
      child.once("error", reject).once(out || err ? "close" : "exit", ended);
    });
  } finally {
    process.off("SIGINT", forward).off("SIGTERM", forward);
  }
}

import {spawn} from "node:child_process";
import {closeSync, openSync} from "node:fs";
import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {UserError} from "../../base/validation/errors.js";
import {readJson, writeAtomic} from "../../base/system/files.js";
import {COMMAND_FILE, ENDING_FILE, readSupervisor, type Supervisor} from "../../base/system/supervisor.js";

/** What a supervisor runs, in its folder. */
export interface Command {
  /** A line for the shell. */
  run: string;
  /** A line that ends what `run` started elsewhere. */
  stop?: string;
  timeoutSeconds?: number;
  /** Between asking a process to end and ending it. */
  graceSeconds: number;
  environment: Record<string, string>;
}

/** Written when the command has ended. */
export interface Ending {
  at: string;
  code: number | null;
  signal: string | null;
  /** Why it was ended, when the supervisor did it. */
  stopped?: "time-out" | "cancelled";
}

export const LOG_FILE = "log.txt";

/**
 * Starts a process of its own that runs the command in `folder`, keeps its log and its ending there, and outlives this
 * one. When the folder has a supervisor already the new one ends at once. Resolves when there is one.
 */
export async function startSupervised(folder: string, command: Command): Promise<Supervisor> {
  await writeAtomic(join(folder, COMMAND_FILE), (temporary) =>
    writeFile(temporary, JSON.stringify(command), {mode: 0o600})
  );
  const compiled = import.meta.url.endsWith(".js");
  const log = openSync(join(folder, "supervisor.log"), "a", 0o600);
  const child = spawn(
    process.execPath,
    [
      // From the sources (tests) a child does not inherit the loader that reads TypeScript.
      ...(compiled ? [] : ["--import", import.meta.resolve("tsx")]),
      fileURLToPath(new URL(`./superviseProcess.${compiled ? "js" : "ts"}`, import.meta.url)),
      folder
    ],
    {cwd: folder, detached: true, stdio: ["ignore", log, log]}
  );
  closeSync(log);
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  failed.catch(() => undefined);
  child.unref();
  for (const until = Date.now() + 60_000; Date.now() < until;) {
    const supervisor = await readSupervisor(folder);
    if (supervisor) return supervisor;
    await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  throw new UserError(
    `the command did not start within a minute; ${join(folder, "supervisor.log")} may say why.`
  );
}

export function readEnding(folder: string): Promise<Ending | undefined> {
  return readJson<Ending>(join(folder, ENDING_FILE));
}

/** The exit code that a file tells, whole. */
export async function readCode(folder: string, file: string): Promise<number | undefined> {
  const text = await readFile(join(folder, file), "utf8").catch(() => "");
  return /^\d+\n$/.test(text) ? Number(text) : undefined;
}

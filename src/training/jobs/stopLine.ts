import {open, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {runLine} from "./shellLine.js";
import {STOP_CODE_FILE} from "../../base/system/supervisor.js";
import {LOG_FILE, readCode} from "./supervised.js";

export const STOP_SECONDS = 60;
/** As a shell tells of a line that was killed. */
const KILLED = 137;

/** Runs the line that ends what a command started elsewhere, and keeps how that went. What it prints goes into the job's log. */
export async function runStop(folder: string, line: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const log = await open(join(folder, LOG_FILE), "a", 0o600);
  try {
    const {code} = await runLine(line, {folder, environment, seconds: STOP_SECONDS, log: log.fd});
    await writeFile(join(folder, STOP_CODE_FILE), `${code ?? KILLED}\n`);
  } finally {
    await log.close();
  }
}

/** What is to be said of a `stop` that failed the last time it was run; undefined when it did not. */
export async function stopProblem(folder: string): Promise<string | undefined> {
  const code = await readCode(folder, STOP_CODE_FILE);
  return code === undefined || code === 0
    ? undefined
    : `\`stop\` ended with ${code}: what it started may go on elsewhere`;
}

import {spawn} from "node:child_process";
import {closeSync, openSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {hostname} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {UserError} from "../store/errors.js";
import {readJson, writeJsonAtomic} from "../store/files.js";
import {bootId, groupIsAlive, processIsAlive, startOf} from "../store/process.js";

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

/** Written by the supervisor that has the job; there is never a second one. */
export interface Supervisor {
  pid: number;
  start?: string;
  host: string;
  /** Numbers of processes mean others after the machine, or its container, was started again. */
  boot?: string;
  at: string;
}

/** Written when the command has ended. */
export interface Ending {
  at: string;
  code: number | null;
  signal: string | null;
  /** Why it was ended, when the supervisor did it. */
  stopped?: "time-out" | "cancelled";
}

export const COMMAND_FILE = "command.json";
export const SUPERVISOR_FILE = "supervisor.json";
/** The number of the command's shell, and when it started. */
export const CHILD_FILE = "command.pid";
export const CODE_FILE = "command.code";
/** What the command started on another machine may leave its exit code in. */
export const ELSEWHERE_CODE_FILE = "elsewhere.code";
/** How `stop` ended when it was last run. */
export const STOP_CODE_FILE = "stop.code";
export const ENDING_FILE = "ending.json";
export const LOG_FILE = "log.txt";

/**
 * Starts a process of its own that runs the command in `folder`, keeps its log and its ending there, and outlives this
 * one. When the folder has a supervisor already the new one ends at once. Resolves when there is one.
 */
export async function startSupervised(folder: string, command: Command): Promise<Supervisor> {
  await writeJsonAtomic(join(folder, COMMAND_FILE), command);
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

export function readSupervisor(folder: string): Promise<Supervisor | undefined> {
  return readJson<Supervisor>(join(folder, SUPERVISOR_FILE));
}

export function readEnding(folder: string): Promise<Ending | undefined> {
  return readJson<Ending>(join(folder, ENDING_FILE));
}

/** The command's shell, when it was started. */
export async function readChild(folder: string): Promise<Pick<Supervisor, "pid" | "start"> | undefined> {
  const text = await readFile(join(folder, CHILD_FILE), "utf8").catch(() => "");
  const [, pid, start] = /^(\d+) (\d*)\n/.exec(text) ?? [];
  return pid === undefined ? undefined : {pid: Number(pid), start: start || undefined};
}

/** The exit code that a file tells, whole. */
export async function readCode(folder: string, file: string): Promise<number | undefined> {
  const text = await readFile(join(folder, file), "utf8").catch(() => "");
  return /^\d+\n$/.test(text) ? Number(text) : undefined;
}

/** Whether a process is the one that a file names, and not another that got its number since. */
export function isRunning({pid, start}: Pick<Supervisor, "pid" | "start">): boolean {
  if (!processIsAlive(pid)) return false;
  const now = startOf(pid);
  return start === undefined || now === undefined || start === now;
}

/** The number of the command's process group while a process of it runs: its shell may have ended before the others. */
export async function runningGroup(folder: string, {boot}: Supervisor): Promise<number | undefined> {
  const child = await readChild(folder);
  if (!child || (boot !== undefined && boot !== bootId())) return undefined;
  // A number is not given to another process while a group has it.
  const taken = processIsAlive(child.pid) && !isRunning(child);
  return !taken && groupIsAlive(child.pid) ? child.pid : undefined;
}

export const isHere = ({host}: Pick<Supervisor, "host">): boolean => host === hostname();

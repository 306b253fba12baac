import {readFile} from "node:fs/promises";
import {hostname} from "node:os";
import {join} from "node:path";
import {readJson} from "./files.js";
import {bootId, groupIsAlive, processIsAlive, startOf} from "./process.js";

/** Written by the supervisor that has the job; there is never a second one. */
export interface Supervisor {
  pid: number;
  start?: string;
  host: string;
  /** Numbers of processes mean others after the machine, or its container, was started again. */
  boot?: string;
  at: string;
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

/** What tells how a command stands. None of it holds a row. */
export const STATE_FILES: readonly string[] = [
  COMMAND_FILE,
  SUPERVISOR_FILE,
  CHILD_FILE,
  CODE_FILE,
  ELSEWHERE_CODE_FILE,
  STOP_CODE_FILE,
  ENDING_FILE
];

export function readSupervisor(folder: string): Promise<Supervisor | undefined> {
  return readJson<Supervisor>(join(folder, SUPERVISOR_FILE));
}

/** The command's shell, when it was started. */
async function readChild(folder: string): Promise<Pick<Supervisor, "pid" | "start"> | undefined> {
  const text = await readFile(join(folder, CHILD_FILE), "utf8").catch(() => "");
  const [, pid, start] = /^(\d+) (\d*)\n/.exec(text) ?? [];
  return pid === undefined ? undefined : {pid: Number(pid), start: start || undefined};
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

/** Whether a job's command, or its supervisor, runs on this machine. */
export async function commandRuns(folder: string): Promise<boolean> {
  const supervisor = await readSupervisor(folder);
  if (!supervisor || !isHere(supervisor)) return false;
  return isRunning(supervisor) || (await runningGroup(folder, supervisor)) !== undefined;
}

import {link, mkdir, readdir, readFile, rename, rm, writeFile} from "node:fs/promises";
import {readFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {UserError} from "./errors.js";
import {temporaryPath} from "./files.js";

interface Holder {
  pid: number;
  /** Ticks since boot at which the process started: a re-used pid is not taken for the holder. */
  startedAt?: string;
  what: string;
  since: string;
}

export interface LockOptions {
  /** What the holder is doing, shown to whoever has to wait. */
  what: string;
  /** How long to wait for a living holder before refusing; 0 refuses at once. */
  waitMs?: number;
  onWait?: (message: string) => void;
}

export function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Undefined where the system does not tell (anything but Linux). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function holds(holder: Holder): boolean {
  if (!processIsAlive(holder.pid)) return false;
  const started = startOf(holder.pid);
  return started === undefined || holder.startedAt === undefined || started === holder.startedAt;
}

/**
 * Runs `work` while holding the lock file at `path`. A dead process's lock is taken over; a living one is waited
 * for up to `waitMs`, then refused with its process id. The lock is linked into place whole, so nobody ever
 * reads half of one.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), {recursive: true});
  const mine: Holder = {
    pid: process.pid,
    startedAt: startOf(process.pid),
    what: options.what,
    since: new Date().toISOString()
  };
  const deadline = Date.now() + (options.waitMs ?? 0);
  let told = false;
  for (;;) {
    if (await acquire(path, mine)) break;
    const holder = await readHolder(path);
    if (!holder) continue;
    if (!holds(holder)) {
      await removeStale(path, holder);
      continue;
    }
    const message = underWay(holder);
    if (Date.now() >= deadline)
      throw new UserError(`${message}. Wait for it to end, or stop that process, then try again.`);
    if (!told) options.onWait?.(`${message}; waiting for it`);
    told = true;
    await sleep(50);
  }
  try {
    return await work();
  } finally {
    await rm(path, {force: true});
  }
}

/** What living processes are doing under the locks of a folder whose names begin with `prefix`. */
export async function heldLocks(folder: string, prefix: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const held: string[] = [];
  for (const name of names.sort()) {
    if (!name.startsWith(prefix) || !name.endsWith(".json")) continue;
    const holder = await readHolder(join(folder, name));
    if (holder && holds(holder)) held.push(underWay(holder));
  }
  return held;
}

const underWay = ({what, pid, since}: Holder) => `${what} is under way in process ${pid} since ${since}`;

async function acquire(path: string, holder: Holder): Promise<boolean> {
  const temporary = temporaryPath(path);
  await writeFile(temporary, JSON.stringify(holder));
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, {force: true});
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

/** Two waiters may see the same dead holder: whoever moves the file away first checks that it moved that one. */
async function removeStale(path: string, dead: Holder): Promise<void> {
  const aside = temporaryPath(path);
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const moved = await readHolder(aside);
  if (moved && (moved.pid !== dead.pid || moved.since !== dead.since))
    await link(aside, path).catch(() => undefined);
  await rm(aside, {force: true});
}

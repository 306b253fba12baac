import {readdirSync, readFileSync, readlinkSync} from "node:fs";
import {Worker, type WorkerOptions} from "node:worker_threads";

/** One that has ended and that nobody has waited for is not alive, where the system tells. */
export function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return statOf(pid)?.[0] !== "Z";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether a process of the group is alive; its leader may have ended before. */
export function groupIsAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  // Those that have ended and that nobody has waited for are of the group, too.
  const stats = allStats();
  return stats.length === 0 || stats.some((stat) => stat[2] === String(group) && stat[0] !== "Z");
}

/** Ticks since boot at which a process started; undefined where the system does not tell (anything but Linux). */
export function startOf(pid: number): string | undefined {
  return statOf(pid)?.[19];
}

/** What Linux says of a process, from its state on. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/** Of all processes; none where the system does not tell. */
function allStats(): string[][] {
  try {
    return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [statOf(Number(name)) ?? []] : []));
  } catch {
    return [];
  }
}

let boot: string | undefined;

/** What tells this machine, and this container of it, from others until the next start; undefined where the system does not tell. */
export function bootId(): string | undefined {
  try {
    return (boot ??= `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`);
  } catch {
    return undefined;
  }
}

/** Starts a module beside the caller's in a thread: `startThread("./scanWorker", import.meta.url)`. */
export function startThread(name: string, from: string, options: WorkerOptions = {}): Worker {
  if (from.endsWith(".js")) return new Worker(new URL(`${name}.js`, from), options);
  // From the sources (tests, benchmarks) a worker does not inherit the loader that reads TypeScript.
  const source = JSON.stringify(new URL(`${name}.ts`, from).href);
  const start = `import("tsx/esm/api").then(({register}) => { register(); return import(${source}); })`;
  return new Worker(start, {...options, eval: true, execArgv: []});
}

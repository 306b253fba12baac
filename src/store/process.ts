import {readFileSync} from "node:fs";

/** One that has ended and that nobody has waited for is not alive, where the system tells. */
export function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return statOf(pid)?.[0] !== "Z";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
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

import {setTimeout as pause} from "node:timers/promises";
import {groupIsAlive} from "../../base/system/process.js";

const AFTER_KILL_MS = 5000;

/** Asks every process of a group to end, ends those that are still there after the grace, and waits until none is left. */
export async function endGroup(group: number, graceSeconds: number): Promise<void> {
  send(group, "SIGTERM");
  if (await isGone(group, graceSeconds * 1000)) return;
  send(group, "SIGKILL");
  await isGone(group, AFTER_KILL_MS);
}

async function isGone(group: number, mostMs: number): Promise<boolean> {
  for (const until = Date.now() + mostMs; groupIsAlive(group); await pause(50))
    if (Date.now() >= until) return false;
  return true;
}

function send(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It is gone already.
  }
}

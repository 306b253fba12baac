import {readFileSync} from "node:fs";
import {freemem, availableParallelism, cpus} from "node:os";
import {setTimeout as sleep} from "node:timers/promises";

/** Bytes this process may still take: what the machine has available, or its container's limit allows. */
export function availableMemory(): number {
  let available = freemem();
  try {
    const found = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"));
    if (found) available = Number(found[1]) * 1024;
  } catch {
    // Not Linux: what is free has to do.
  }
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 && limit < 2 ** 50 ? Math.min(available, limit - process.memoryUsage().rss) : available;
}

/**
 * How many processors nobody used in the last `ms` milliseconds: 1 to all that this process may use. Threads that wait for
 * each other spin, so that one more than are free can make a computation ten times slower.
 */
export async function freeCores(ms = 200): Promise<number> {
  const before = times();
  await sleep(ms);
  const after = times();
  const all = after.all - before.all;
  const idle = all > 0 ? (after.idle - before.idle) / all : 1;
  return Math.min(availableParallelism(), Math.max(1, Math.round(idle * cpus().length)));
}

function times(): {idle: number; all: number} {
  const sum = {idle: 0, all: 0};
  for (const {times} of cpus()) {
    sum.idle += times.idle;
    sum.all += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return sum;
}

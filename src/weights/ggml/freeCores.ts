import {availableParallelism, cpus} from "node:os";
import {setTimeout as sleep} from "node:timers/promises";

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

import {readFileSync} from "node:fs";
import {freemem} from "node:os";

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

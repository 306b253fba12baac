import {getHeapSpaceStatistics, setFlagsFromString} from "node:v8";
import {runInNewContext} from "node:vm";

/** Old garbage that may gather before it is collected, in bytes, or as a share of what is in use where that is more. */
const SLACK_BYTES = 24 << 20;
const SLACK_SHARE = 0.5;
const CHECK_MS = 100;

/**
 * Collects old garbage as it gathers, until the function that it returns is called. Left to itself the engine sizes its
 * heap by the machine's memory: rows and answers that have lived a moment too long pile up to hundreds of megabytes
 * before they are looked at.
 */
export function keepHeapSmall(): () => void {
  const collect = garbageCollector();
  if (!collect) return () => undefined;
  let inUse = oldBytes();
  const timer = setInterval(() => {
    if (oldBytes() < inUse + Math.max(SLACK_BYTES, SLACK_SHARE * inUse)) return;
    collect();
    inUse = oldBytes();
  }, CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function oldBytes(): number {
  return getHeapSpaceStatistics()
    .filter(({space_name: name}) => name === "old_space" || name === "large_object_space")
    .reduce((sum, {space_used_size: bytes}) => sum + bytes, 0);
}

/** Undefined where the engine does not give its collector out. */
function garbageCollector(): (() => void) | undefined {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("typeof gc === 'function' ? gc : undefined");
  return typeof collect === "function" ? () => void (collect as () => void)() : undefined;
}

import {getHeapSpaceStatistics, setFlagsFromString} from "node:v8";
import {runInNewContext} from "node:vm";

/** Old garbage that may gather before it is collected, in bytes, or as a share of what is in use where that is more. */
const SLACK_BYTES = 24 << 20;
const SLACK_SHARE = 0.5;
const CHECK_MS = 100;
/** A heap with less in use is not worth a collection between two kinds of work. */
const WORTH_BYTES = 56 << 20;

/**
 * Collects old garbage as it gathers, until the function that it returns is called. Left to itself the engine sizes its
 * heap by the machine's memory: rows and answers that have lived a moment too long pile up to hundreds of megabytes
 * before they are looked at.
 */
export function keepHeapSmall(): () => void {
  let inUse = oldBytes();
  const timer = setInterval(() => {
    if (oldBytes() < inUse + Math.max(SLACK_BYTES, SLACK_SHARE * inUse)) return;
    collectGarbage();
    inUse = oldBytes();
  }, CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Collects at once, which takes some hundredths of a second: for where one kind of work ends and another begins. A small
 * heap is left alone.
 */
export function collectGarbageBetween(): void {
  if (oldBytes() >= WORTH_BYTES) collectGarbage();
}

function collectGarbage(): void {
  collector ??= garbageCollector();
  collector();
}

let collector: (() => void) | undefined;

function oldBytes(): number {
  return getHeapSpaceStatistics()
    .filter(({space_name: name}) => name === "old_space" || name === "large_object_space")
    .reduce((sum, {space_used_size: bytes}) => sum + bytes, 0);
}

/** Does nothing where the engine does not give its collector out. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("typeof gc === 'function' ? gc : undefined");
  return typeof collect === "function" ? () => void (collect as () => void)() : () => undefined;
}

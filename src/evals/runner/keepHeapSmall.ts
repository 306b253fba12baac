import {getHeapSpaceStatistics, setFlagsFromString} from "node:v8";
import {runInNewContext} from "node:vm";

/** Old garbage that may gather before it is collected, in bytes, or as a share of what is in use where that is more. */
const SLACK_BYTES = 40 << 20;
const SLACK_SHARE = 0.5;
const CHECK_MS = 100;
/** A heap with less in use, or that has grown by less, is not worth a collection between two kinds of work. */
const WORTH_BYTES = 56 << 20;
const GROWN_BYTES = 12 << 20;

/**
 * Collects old garbage as it gathers, until the function that it returns is called. Left to itself the engine sizes its
 * heap by the machine's memory: rows and answers that have lived a moment too long pile up to hundreds of megabytes
 * before they are looked at.
 */
export function keepHeapSmall(): () => void {
  inUse = oldBytes();
  const timer = setInterval(() => {
    if (oldBytes() >= inUse + Math.max(SLACK_BYTES, SLACK_SHARE * inUse)) collectGarbage();
  }, CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Collects at once, which takes some hundredths of a second: for where one kind of work ends and another begins. A small
 * heap is left alone, and so is one that has hardly grown.
 */
export function collectGarbageBetween(): void {
  if (oldBytes() >= Math.max(WORTH_BYTES, inUse + GROWN_BYTES)) collectGarbage();
}

function collectGarbage(): void {
  collector ??= garbageCollector();
  collector();
  inUse = oldBytes();
}

let collector: (() => void) | undefined;

/** What the heap held after it was last collected, or when the work began. */
let inUse = 0;

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

/** Node's timers count milliseconds in 31 bits, some 24.8 days, and fire at once beyond that. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls `fn` once after `ms`, however long that is; the returned function cancels it. */
export function longTimer(ms: number, fn: () => void): () => void {
  if (ms <= LONGEST_MS) {
    const only = setTimeout(fn, ms);
    return () => clearTimeout(only);
  }
  let timer: NodeJS.Timeout;
  const wait = (left: number) => {
    const next = () => (left > LONGEST_MS ? wait(left - LONGEST_MS) : fn());
    timer = setTimeout(next, Math.min(left, LONGEST_MS));
  };
  wait(ms);
  return () => clearTimeout(timer);
}

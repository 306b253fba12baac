import {UserError} from "../validation/errors.js";

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

const SECONDS = 300;

/**
 * How long what is remote is tried again while it only fails, is silent or limits the rate: ASSAY_GIVE_UP_AFTER, or 300 seconds.
 * Throws UserError for no number.
 */
export function giveUpSeconds(env: NodeJS.ProcessEnv = process.env): number {
  const said = env.ASSAY_GIVE_UP_AFTER;
  if (!said) return SECONDS;
  const seconds = Number(said);
  if (/^\d+(\.\d+)?$/.test(said.trim()) && seconds <= 1e6) return seconds;
  throw new UserError(
    `ASSAY_GIVE_UP_AFTER is ${JSON.stringify(said)}. Write a number of seconds from 0 to 1,000,000, such as 300.`
  );
}

/**
 * Milliseconds a Retry-After header asks to wait: a number of seconds or an HTTP date (RFC 9110, 10.2.3). A
 * date in the past gives 0; an absent or unreadable header gives undefined. The `retry-after-ms` header that
 * some servers send goes first.
 */
export function retryAfterMs(
  header: (name: string) => string | undefined,
  epochMs: number
): number | undefined {
  const precise = header("retry-after-ms")?.trim();
  if (precise && /^\d+(\.\d+)?$/.test(precise)) return Number(precise);
  const value = header("retry-after")?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = /[a-z]/i.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - epochMs);
}

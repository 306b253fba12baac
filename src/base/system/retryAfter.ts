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

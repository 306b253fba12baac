let started: number | undefined;

/** Lines of steps begin with the time since a moment, in milliseconds; with no time when undefined. */
export function timeSteps(since: number | undefined): void {
  started = since;
}

export function timed(text: string): string {
  if (started === undefined) return text;
  return `${duration((Date.now() - started) / 1000).padStart(5)}  ${text}`;
}

/** 75 → "1m15s". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, "0")}s`;
  return `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")}m`;
}

/** Aborts its signal at the first Ctrl-C; a second one ends the process. */
export function interruption(): {signal: AbortSignal; dispose(): void} {
  const abort = new AbortController();
  const onInterrupt = () => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
  };
  process.on("SIGINT", onInterrupt).on("SIGTERM", onInterrupt);
  return {
    signal: abort.signal,
    dispose: () => process.off("SIGINT", onInterrupt).off("SIGTERM", onInterrupt)
  };
}

/** Aborts its signal at the first Ctrl-C, which `onFirst` may tell of; a second one ends the process. */
export function interruption(onFirst?: () => void): {signal: AbortSignal; dispose(): void} {
  const abort = new AbortController();
  const onInterrupt = () => {
    if (abort.signal.aborted) process.exit(130);
    onFirst?.();
    abort.abort();
  };
  process.on("SIGINT", onInterrupt).on("SIGTERM", onInterrupt);
  return {
    signal: abort.signal,
    dispose: () => process.off("SIGINT", onInterrupt).off("SIGTERM", onInterrupt)
  };
}

/** What is told to those that wait when the process has nothing left to do. */
const waiting = new Set<() => void>();

/** Nothing that could keep a promise is left in this process then; what is told now gives it work again. */
const onDrained = () => {
  for (const tell of waiting) tell();
};

/** What was promised, or `otherwise()` when that can never come: the process has run out of work while the promise was open. */
export async function settling<T>(promise: Promise<T>, otherwise: () => T): Promise<T> {
  let tell = () => {};
  const drained = new Promise<T>((resolve) => (tell = () => resolve(otherwise())));
  if (waiting.size === 0) process.on("beforeExit", onDrained);
  waiting.add(tell);
  try {
    return await Promise.race([promise, drained]);
  } finally {
    waiting.delete(tell);
    if (waiting.size === 0) process.off("beforeExit", onDrained);
  }
}

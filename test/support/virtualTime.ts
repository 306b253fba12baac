import type {EndpointEffects} from "../../src/inference/endpoints/index.js";

interface Timer {
  at: number;
  fn(): void;
}

/** A clock on which waiting takes no time: it goes on to the next timer when nothing else is left to do. */
export function virtualTime(): Pick<EndpointEffects, "now" | "timer"> & {
  until<T>(work: Promise<T>): Promise<T>;
} {
  let now = 0;
  const timers = new Set<Timer>();
  return {
    now: () => now,
    timer(ms, fn) {
      const timer = {at: now + ms, fn};
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async until(work) {
      let ended = false;
      const end = () => void (ended = true);
      work.then(end, end);
      for (;;) {
        await new Promise(setImmediate);
        if (ended) return work;
        const [first, ...rest] = timers;
        if (!first) throw new Error("it waits for something that no timer brings");
        const next = rest.reduce((a, b) => (b.at < a.at ? b : a), first);
        timers.delete(next);
        now = next.at;
        next.fn();
      }
    }
  };
}

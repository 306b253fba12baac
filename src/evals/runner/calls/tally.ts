import type {Wait} from "./executor.js";

/** Where a run stands. */
export interface RunProgress {
  phase: "running" | "scoring" | "sealing" | "done";
  /** Requests that have ended, whether now, earlier or in another run. */
  done: number;
  planned: number;
  failed: number;
  reused: number;
  /** US dollars paid since the start; undefined while no call has stated its cost. */
  costUsd?: number;
  /** Calls ended a second, over the last ten seconds; undefined before the first. */
  ratePerSecond?: number;
  etaSeconds?: number;
  /** Endpoints that are paused, with the seconds until each is asked again. */
  waits?: {endpoint: string; why: Wait["why"]; seconds: number}[];
  /** In the eval's order: what is known of each candidate so far from this start's calls. */
  candidates: CandidateProgress[];
}

export interface CandidateProgress {
  name: string;
  /** Calls ended since the start. */
  called: number;
  failed: number;
  scored: number;
  /** Mean of the primary score over `scored`; undefined when that is 0. */
  mean?: number;
}

/** Counts what happens, for `RunProgress`. */
export interface Tally {
  ended(candidate: number, failed: boolean, costUsd: number | undefined): void;
  /** A request that is never sent: it has ended, and failed, without a call. */
  barred(candidate: number): void;
  /** US dollars of a call that has not ended its request. */
  paid(usd: number): void;
  /** So many attempts failed that may have been billed, and whose usage nobody told. */
  uncounted(attempts: number): void;
  readonly uncountedAttempts: number;
  scored(candidate: number, value: number): void;
  /** An endpoint is paused for `wait`, or no more. */
  waits(endpoint: string, wait: Wait | undefined): void;
  progress(phase: RunProgress["phase"]): RunProgress;
}

const WINDOW_MS = 10_000;

export function createTally(
  names: readonly string[],
  start: {planned: number; done: number; failed: number; reused: number},
  now: () => number
): Tally {
  const candidates = names.map((name) => ({name, called: 0, failed: 0, scored: 0, sum: 0}));
  let {done, failed} = start;
  const waits = new Map<string, {why: Wait["why"]; until: number}>();
  let costUsd: number | undefined;
  let called = 0;
  let uncounted = 0;
  let marks: {at: number; called: number}[] = [{at: now(), called: 0}];
  return {
    ended(candidate, isFailed, cost) {
      const one = candidates[candidate]!;
      done++;
      called++;
      one.called++;
      if (isFailed) {
        one.failed++;
        failed++;
      }
      if (cost !== undefined) costUsd = (costUsd ?? 0) + cost;
    },
    barred(candidate) {
      done++;
      failed++;
      candidates[candidate]!.failed++;
    },
    paid(usd) {
      costUsd = (costUsd ?? 0) + usd;
    },
    uncounted(attempts) {
      uncounted += attempts;
    },
    get uncountedAttempts() {
      return uncounted;
    },
    scored(candidate, value) {
      const one = candidates[candidate]!;
      one.scored++;
      one.sum += value;
    },
    waits(endpoint, wait) {
      if (wait) waits.set(endpoint, {why: wait.why, until: now() + wait.ms});
      else waits.delete(endpoint);
    },
    progress(phase) {
      const at = now();
      if (at - marks.at(-1)!.at >= 200) marks.push({at, called});
      while (marks.length > 2 && at - marks[1]!.at >= WINDOW_MS) marks = marks.slice(1);
      const seconds = (at - marks[0]!.at) / 1000;
      const rate = called > 0 && seconds > 0 ? (called - marks[0]!.called) / seconds : undefined;
      return {
        phase,
        done,
        planned: start.planned,
        failed,
        reused: start.reused,
        costUsd,
        ratePerSecond: rate,
        // A run whose calls stand still has no end in sight.
        etaSeconds: rate ? (start.planned - done) / rate : undefined,
        waits:
          waits.size === 0
            ? undefined
            : Array.from(waits, ([endpoint, {why, until}]) => ({
                endpoint,
                why,
                seconds: Math.max(0, Math.ceil((until - at) / 1000))
              })),
        candidates: candidates.map(({sum, ...one}) =>
          one.scored > 0 ? {...one, mean: sum / one.scored} : one
        )
      };
    }
  };
}

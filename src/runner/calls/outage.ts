import {EndpointError} from "../../endpoints/types.js";
import type {CallError, OutageSettings} from "./executor.js";

/** Errors of a server that is down, overloaded or out of reach. Any other answer shows that it is there. */
const OUTAGE = new Set<CallError["kind"]>(["connection", "server", "timeout"]);

/** Calls that fail one after another, each after its retries, before an endpoint is paused. */
const MOST_FAILED = 10;
const PROBE_MS = 1000;
const LONGEST_PROBE_MS = 30_000;
const GIVE_UP_MS = 300_000;

/**
 * Pauses an endpoint that only fails. While it is paused one call at a time is made, at intervals that double up to 30
 * seconds; the others wait. The first that the server answers ends the pause; when none was after the time stated, the
 * guard gives up.
 */
export interface OutageGuard {
  /** Waits until a call may be made; true when it is the probe. Rejects with EndpointError "aborted" when it gives up or is stopped. */
  pass(): Promise<boolean>;
  /** Told how a call ended. True when it is to pass again, because it failed by the outage that the endpoint is paused for. */
  ended(error: CallError | undefined, probe: boolean): boolean;
  /** Ends all waiting, for good. */
  stop(): void;
}

const aborted = () => new EndpointError("aborted", "The call was stopped while its endpoint was paused.");

/** A guard of one endpoint, for one stream of calls. */
export function createOutageGuard(
  endpoint: string,
  {probeMs = PROBE_MS, giveUpMs = GIVE_UP_MS, onPause, onMessage, onGiveUp}: OutageSettings = {}
): OutageGuard {
  let failed = 0;
  let paused = false;
  let stopped = false;
  let interval = probeMs;
  let lastError = "";
  let probeTimer: NodeJS.Timeout | undefined;
  let giveUpTimer: NodeJS.Timeout | undefined;
  /** The next call that comes is the probe. */
  let due = false;
  let waiting: {start(probe: boolean): void; stop(): void}[] = [];

  const release = () => {
    const released = waiting;
    waiting = [];
    return released;
  };
  const stop = () => {
    stopped = true;
    clearTimeout(probeTimer);
    clearTimeout(giveUpTimer);
    for (const one of release()) one.stop();
  };
  const giveUp = () => {
    stop();
    onGiveUp?.(
      `${endpoint} only failed, and did not recover within ${giveUpMs / 1000} s of being paused: ${lastError}`
    );
  };
  const probeLater = () => {
    probeTimer = setTimeout(() => {
      const next = waiting.shift();
      if (next) next.start(true);
      else due = true;
    }, interval);
    interval = Math.max(probeMs, Math.min(2 * interval, LONGEST_PROBE_MS));
  };
  const pause = () => {
    paused = true;
    interval = probeMs;
    onPause?.();
    onMessage?.(
      `${endpoint}: ${failed} calls in a row failed (${lastError}). It is paused, and tried again with one call at a time for ${giveUpMs / 1000} s`
    );
    giveUpTimer = setTimeout(giveUp, giveUpMs);
    probeLater();
  };
  const recover = () => {
    paused = false;
    due = false;
    clearTimeout(probeTimer);
    clearTimeout(giveUpTimer);
    onMessage?.(`${endpoint} answers again`);
    for (const one of release()) one.start(false);
  };
  return {
    async pass() {
      if (stopped) throw aborted();
      if (!paused) return false;
      if (due) {
        due = false;
        return true;
      }
      return new Promise((resolve, reject) => waiting.push({start: resolve, stop: () => reject(aborted())}));
    },
    ended(error, probe) {
      if (stopped) return paused && error !== undefined && OUTAGE.has(error.kind);
      if (error?.kind === "aborted") {
        // It says nothing of the server; another call takes the probe's place.
        if (probe && paused) probeLater();
        return false;
      }
      if (!error || !OUTAGE.has(error.kind)) {
        failed = 0;
        if (paused) recover();
        return false;
      }
      lastError = error.message;
      if (paused) {
        if (probe) probeLater();
        return true;
      }
      failed++;
      if (failed >= MOST_FAILED) pause();
      return false;
    },
    stop
  };
}

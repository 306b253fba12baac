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
export function createOutageGuard(endpoint: string, settings: OutageSettings = {}): OutageGuard {
  return new Guard(endpoint, settings);
}

class Guard implements OutageGuard {
  private failed = 0;
  private paused = false;
  private stopped = false;
  private lastError = "";
  private interval: number;
  private probeTimer: NodeJS.Timeout | undefined;
  private giveUpTimer: NodeJS.Timeout | undefined;
  /** The next call that comes is the probe. */
  private due = false;
  private waiting: {start(probe: boolean): void; stop(): void}[] = [];
  private readonly probeMs: number;
  private readonly giveUpMs: number;

  constructor(
    private readonly endpoint: string,
    private readonly settings: OutageSettings
  ) {
    this.probeMs = settings.probeMs ?? PROBE_MS;
    this.giveUpMs = settings.giveUpMs ?? GIVE_UP_MS;
    this.interval = this.probeMs;
  }

  async pass(): Promise<boolean> {
    if (this.stopped) throw aborted();
    if (!this.paused) return false;
    if (this.due) {
      this.due = false;
      return true;
    }
    return new Promise((resolve, reject) =>
      this.waiting.push({start: resolve, stop: () => reject(aborted())})
    );
  }

  ended(error: CallError | undefined, probe: boolean): boolean {
    const byOutage = error !== undefined && OUTAGE.has(error.kind);
    if (this.stopped) return this.paused && byOutage;
    if (error?.kind === "aborted") {
      // It says nothing of the server; another call takes the probe's place.
      if (probe && this.paused) this.probeLater();
      return false;
    }
    if (!byOutage) {
      this.failed = 0;
      if (this.paused) this.recover();
      return false;
    }
    this.lastError = error.message;
    if (this.paused) {
      if (probe) this.probeLater();
      return true;
    }
    this.failed++;
    if (this.failed >= MOST_FAILED) this.pause();
    return false;
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.probeTimer);
    clearTimeout(this.giveUpTimer);
    for (const one of this.release()) one.stop();
  }

  private release() {
    const released = this.waiting;
    this.waiting = [];
    return released;
  }

  private giveUp(): void {
    this.stop();
    this.settings.onGiveUp?.(
      `${this.endpoint} only failed, and did not recover within ${this.giveUpMs / 1000} s of being paused: ${this.lastError}`
    );
  }

  private probeLater(): void {
    this.probeTimer = setTimeout(() => {
      const next = this.waiting.shift();
      if (next) next.start(true);
      else this.due = true;
    }, this.interval);
    this.interval = Math.max(this.probeMs, Math.min(2 * this.interval, LONGEST_PROBE_MS));
  }

  private pause(): void {
    this.paused = true;
    this.interval = this.probeMs;
    this.settings.onPause?.();
    this.settings.onMessage?.(
      `${this.endpoint}: ${this.failed} calls in a row failed (${this.lastError}). It is paused, and tried again with one call at a time for ${this.giveUpMs / 1000} s`
    );
    this.giveUpTimer = setTimeout(() => this.giveUp(), this.giveUpMs);
    this.probeLater();
  }

  private recover(): void {
    this.paused = false;
    this.due = false;
    clearTimeout(this.probeTimer);
    clearTimeout(this.giveUpTimer);
    this.settings.onMessage?.(`${this.endpoint} answers again`);
    for (const one of this.release()) one.start(false);
  }
}

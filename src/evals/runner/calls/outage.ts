import {EndpointError, isOutage} from "../../../inference/endpoints/types.js";
import type {CallError, OutageSettings, Wait} from "./executor.js";

/** Calls that fail one after another, each after its retries, before an endpoint is paused. */
const MOST_FAILED = 10;
const PROBE_MS = 1000;
const LONGEST_PROBE_MS = 30_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const GIVE_UP_MS = 300_000;

/**
 * Pauses an endpoint that limits the rate although a call was retried, or that only fails. While it is paused one call at a time
 * is made, when the server said it is to be asked again, else at intervals that double up to 30 seconds; the others wait. The first
 * that the server answers ends the pause; when none was after the time stated, the guard gives up.
 */
export interface OutageGuard {
  /** Whether a call may be made now, and is no probe. */
  readonly isOpen: boolean;
  /** Waits until a call may be made; true when it is the probe. Rejects with EndpointError "aborted" when it gives up or is stopped. */
  pass(): Promise<boolean>;
  /** Whether calls wait now, or had waited when it was stopped. */
  readonly isPaused: boolean;
  /** Fires with a pause, and when the guard is stopped: no call makes a further attempt then. */
  readonly stopRetries: AbortSignal;
  /**
   * Told how a call ended. True when it is postponed, because the endpoint is paused or the call was cut short. Where it may be one of
   * the failures that an outage begins with, a promise: until then it has neither failed nor is it postponed.
   */
  ended(error: CallError | undefined, probe: boolean): boolean | Promise<boolean>;
  /** No other call will show whether an outage has begun: those that wait for it have failed. */
  settle(): void;
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
  /** Why it is paused, if it is. */
  private paused: Wait["why"] | undefined;
  private stopped = false;
  private toldLimit = false;
  private lastError = "";
  private interval: number;
  private probeTimer: NodeJS.Timeout | undefined;
  private giveUpTimer: NodeJS.Timeout | undefined;
  /** The next call that comes is the probe. */
  private due = false;
  private waiting: {start(probe: boolean): void; stop(): void}[] = [];
  /** Failed one after another. */
  private undecided: ((postponed: boolean) => void)[] = [];
  private retries = new AbortController();
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

  get stopRetries(): AbortSignal {
    return this.retries.signal;
  }

  get isPaused(): boolean {
    return this.paused !== undefined;
  }

  get isOpen(): boolean {
    return !this.paused && !this.stopped;
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

  ended(error: CallError | undefined, probe: boolean): boolean | Promise<boolean> {
    const byLimit = error?.kind === "rate-limit";
    const byOutage = error !== undefined && isOutage(error);
    if (this.stopped) return byLimit || byOutage || error?.cutShort === true;
    if (error?.kind === "aborted") {
      // It says nothing of the server; another call takes the probe's place.
      if (probe && this.paused) this.probeLater();
      return false;
    }
    if (!byLimit && !byOutage) {
      this.failed = 0;
      this.decide(false);
      // What was answered besides the probe had begun before the limit was reached.
      if (this.paused === "failing" || (this.paused && probe)) this.recover();
      return error?.cutShort === true;
    }
    this.lastError = error!.message;
    if (this.paused) {
      if (byLimit) this.paused = "rate limited";
      if (probe) this.probeLater(error!.retryAfterMs);
      return true;
    }
    if (error!.cutShort) return true;
    this.failed++;
    if (byLimit) this.pause("rate limited", error!.retryAfterMs);
    else if (this.failed >= MOST_FAILED) this.pause("failing", error!.retryAfterMs);
    else return new Promise((resolve) => this.undecided.push(resolve));
    return true;
  }

  settle(): void {
    this.decide(false);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.probeTimer);
    clearTimeout(this.giveUpTimer);
    if (this.paused) this.settings.onWait?.(this.endpoint, undefined);
    this.retries.abort();
    this.decide(true);
    for (const one of this.release()) one.stop();
  }

  private decide(postponed: boolean): void {
    if (this.undecided.length === 0) return;
    const undecided = this.undecided;
    this.undecided = [];
    for (const decide of undecided) decide(postponed);
  }

  private release() {
    const released = this.waiting;
    this.waiting = [];
    return released;
  }

  private giveUp(): void {
    const seconds = this.giveUpMs / 1000;
    const what =
      this.paused === "rate limited"
        ? `still limits the rate ${seconds} s after it was paused`
        : `only failed, and did not recover within ${seconds} s of being paused`;
    this.stop();
    this.settings.onGiveUp?.(`${this.endpoint} ${what}: ${this.lastError}`);
  }

  /** @param asked milliseconds that the server wants to be left alone */
  private probeLater(asked?: number): void {
    const ms = Math.min(asked || this.interval, LONGEST_TIMER_MS);
    this.settings.onWait?.(this.endpoint, {why: this.paused!, ms});
    this.probeTimer = setTimeout(() => {
      const next = this.waiting.shift();
      if (next) next.start(true);
      else this.due = true;
    }, ms);
    if (!asked) this.interval = Math.max(this.probeMs, Math.min(2 * this.interval, LONGEST_PROBE_MS));
  }

  private pause(why: Wait["why"], asked: number | undefined): void {
    this.paused = why;
    this.interval = this.probeMs;
    this.retries.abort();
    this.settings.onPause?.();
    this.tellPause(asked);
    this.decide(true);
    this.giveUpTimer = setTimeout(() => this.giveUp(), this.giveUpMs);
    this.probeLater(asked);
  }

  private tellPause(asked: number | undefined): void {
    const goesOn = `with one call at a time for ${this.giveUpMs / 1000} s`;
    if (this.paused === "failing")
      this.settings.onMessage?.(
        `${this.endpoint}: ${this.failed} calls in a row failed (${this.lastError}). It is paused, and tried again ${goesOn}`
      );
    else if (!this.toldLimit) {
      this.toldLimit = true;
      this.settings.onMessage?.(
        `${this.endpoint}: rate limited (${this.lastError}). It is paused, and asked again in ${Math.ceil((asked || this.interval) / 1000)} s, ${goesOn}; its calls wait`
      );
    }
  }

  private recover(): void {
    const wasFailing = this.paused === "failing";
    this.paused = undefined;
    this.due = false;
    this.failed = 0;
    this.retries = new AbortController();
    clearTimeout(this.probeTimer);
    clearTimeout(this.giveUpTimer);
    this.settings.onWait?.(this.endpoint, undefined);
    if (wasFailing) this.settings.onMessage?.(`${this.endpoint} answers again`);
    for (const one of this.release()) one.start(false);
  }
}

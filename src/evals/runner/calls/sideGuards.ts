import type {Limiters} from "../../../inference/endpoints/limiters.js";
import {type Endpoint, EndpointError} from "../../../inference/endpoints/types.js";
import type {CallError, OutageSettings} from "./executor.js";
import {createOutageGuard, type OutageGuard} from "./outage.js";
import {refusalOf, callError} from "./callErrors.js";

/** What a call passes before and between its attempts. */
export interface SidePass {
  /** To be called when the call has its place, before the endpoint is asked; throws where it is paused by then. */
  pass(): void;
  stopRetries(): AbortSignal;
  /** Whose place it is at the endpoint's limiter, which is cleared of calls that nobody waits for any more. */
  owner: object;
}

/** How a call of a cascade's model is guarded. */
export interface ModelGuard {
  /** It is paused by itself: the others at its endpoint may be up. */
  model: string;
  /**
   * Told of a failure that may be an outage's first, with which the call rejects then: resolves true when it was, and the call has not
   * failed. Without it that is waited for.
   */
  onUndecided(decision: Promise<boolean>): void;
}

/**
 * Guards of the endpoints that are called beside a run's requests, by scorers and by cascades: they are paused and probed as its
 * candidates' are, and stop the run when they refuse the key.
 */
export interface SideGuards {
  /**
   * Makes a call, and again after each pause that it fell into. Rejects with EndpointError "aborted" where none is waited for any
   * more, or no call is answered.
   */
  make<T>(endpoint: Endpoint, call: (pass: SidePass) => Promise<T>, of?: ModelGuard): Promise<T>;
  /** No other call will show whether an outage has begun: those that may be its first have failed. */
  settle(): void;
  /** Told why, when an endpoint is given up or refuses the key. */
  onGiveUp(listener: (reason: string) => void): void;
  /** Why the first of them was. */
  readonly gaveUp: string | undefined;
  /** Ends all waiting, for good. Calls go on while their endpoint answers. */
  end(): void;
}

export interface SideGuardsInputs {
  /** Those that the calls take their places of. */
  limiters: Limiters;
  outage: Omit<OutageSettings, "onGiveUp">;
  /** Names of endpoints that answered an earlier start. */
  answered?: Iterable<string>;
}

class PutOff extends EndpointError {}

/** Endpoints of one name have one guard, and each model of cascades has one there. */
export function createSideGuards(inputs: SideGuardsInputs): SideGuards {
  const lanes = new Map<string, GuardedEndpoint>();
  const listeners: ((reason: string) => void)[] = [];
  let gaveUp: string | undefined;
  const shared: SharedGuardState = {
    ...inputs,
    answering: new Set(inputs.answered),
    ended: false,
    onGiveUp(reason) {
      gaveUp ??= reason;
      for (const listener of listeners) listener(reason);
    }
  };
  const laneOf = (endpoint: Endpoint, model?: string): GuardedEndpoint => {
    const key = JSON.stringify([endpoint.name, model]);
    const lane = lanes.get(key) ?? new GuardedEndpoint(endpoint, shared);
    lanes.set(key, lane);
    return lane;
  };
  return {
    make: (endpoint, call, of) => laneOf(endpoint, of?.model).make(call, of),
    settle() {
      for (const lane of lanes.values()) lane.settle();
    },
    onGiveUp: (listener) => void listeners.push(listener),
    get gaveUp() {
      return gaveUp;
    },
    end() {
      shared.ended = true;
      for (const lane of lanes.values()) lane.end();
    }
  };
}

/** What the guards of all endpoints have in common. */
interface SharedGuardState extends SideGuardsInputs {
  /** Names of endpoints that have answered. */
  answering: Set<string>;
  ended: boolean;
  onGiveUp(reason: string): void;
}

/** The calls of one guard. */
class GuardedEndpoint {
  private readonly guard: OutageGuard;
  private open = 0;
  /** Of those: failed calls that may be an outage's first. */
  private held = 0;
  /** It refuses the key. */
  private refuses = false;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly shared: SharedGuardState
  ) {
    this.guard = createOutageGuard(endpoint.name, {...shared.outage, onGiveUp: shared.onGiveUp});
    if (shared.ended) this.guard.stop();
  }

  async make<T>(call: (pass: SidePass) => Promise<T>, of?: ModelGuard): Promise<T> {
    this.open++;
    try {
      return await this.repeated(call, of);
    } finally {
      this.open--;
      this.settleIdle();
    }
  }

  settle(): void {
    this.guard.settle();
  }

  end(): void {
    this.guard.stop();
    if (this.guard.isPaused) this.clear();
  }

  /** A call that waits holds no place, which the probe may need, and nothing of the budget. */
  private async repeated<T>(call: (pass: SidePass) => Promise<T>, of?: ModelGuard): Promise<T> {
    const {guard, endpoint, shared} = this;
    const stopRetries = () => guard.stopRetries;
    for (let probe = guard.isPaused && (await guard.pass()); ; probe = await guard.pass()) {
      const pass = () => {
        if (this.refuses) throw keyRefused();
        if (guard.isPaused && !probe) throw new PutOff("aborted", "Its endpoint is paused.");
      };
      try {
        const answer = await call({pass, stopRetries, owner: this});
        shared.answering.add(endpoint.name);
        void guard.ended(undefined, probe);
        return answer;
      } catch (error) {
        if (error instanceof PutOff || (await this.isPostponed(error, probe, of))) continue;
        throw this.isRefused(callError(error)) ? keyRefused() : error;
      }
    }
  }

  /** Whether a call that ended so is made again. */
  private async isPostponed(error: unknown, probe: boolean, of?: ModelGuard): Promise<boolean> {
    const postponed = this.guard.ended(callError(error), probe);
    if (typeof postponed === "boolean") {
      if (postponed && this.shared.ended) this.clear();
      return postponed;
    }
    if (of) {
      of.onUndecided(postponed);
      return false;
    }
    this.held++;
    this.settleIdle();
    const later = await postponed;
    this.held--;
    return later;
  }

  private isRefused(error: CallError): boolean {
    const {name} = this.endpoint;
    const reason = refusalOf(name, error, this.shared.answering.has(name));
    if (reason === undefined) return false;
    this.refuses = true;
    this.clear();
    this.shared.onGiveUp(reason);
    return true;
  }

  private settleIdle(): void {
    if (this.held > 0 && this.held === this.open) this.guard.settle();
  }

  /** A limiter may keep its calls waiting for as long as the server asked. */
  private clear(): void {
    this.shared.limiters.of(this.endpoint).clear(this);
  }
}

const keyRefused = () => new EndpointError("aborted", "Its endpoint refused the key.");

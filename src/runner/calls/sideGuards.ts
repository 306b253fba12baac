import {type Endpoint, EndpointError} from "../../endpoints/types.js";
import type {OutageSettings} from "./executor.js";
import {createOutageGuard, type OutageGuard} from "./outage.js";
import {callError} from "./pool.js";

/** What a call passes before and between its attempts. */
export interface SidePass {
  /** To be called when the call has its place, before the endpoint is asked; throws where it is paused by then. */
  pass(): void;
  stopRetries(): AbortSignal;
}

/** Guards of the endpoints that are called beside a run's requests, by scorers: they are paused and probed as its candidates' are. */
export interface SideGuards {
  /** Makes a call, and again after each pause that it fell into. Rejects with EndpointError "aborted" where none is waited for any more. */
  make<T>(endpoint: Endpoint, call: (pass: SidePass) => Promise<T>): Promise<T>;
  /** Told why, when an endpoint is given up. */
  onGiveUp(listener: (reason: string) => void): void;
  /** Ends all waiting, for good. Calls go on while their endpoint answers. */
  end(): void;
}

class PutOff extends EndpointError {}

interface Lane {
  guard: OutageGuard;
  open: number;
  /** Of those: failed calls that may be an outage's first. */
  held: number;
}

/** Endpoints of one name have one guard. */
export function createSideGuards(settings: Omit<OutageSettings, "onGiveUp">): SideGuards {
  const lanes = new Map<string, Lane>();
  const listeners: ((reason: string) => void)[] = [];
  let ended = false;
  const onGiveUp = (reason: string) => {
    for (const listener of listeners) listener(reason);
  };
  const laneOf = ({name}: Endpoint): Lane => {
    let lane = lanes.get(name);
    if (!lane) {
      lane = {guard: createOutageGuard(name, {...settings, onGiveUp}), open: 0, held: 0};
      if (ended) lane.guard.stop();
      lanes.set(name, lane);
    }
    return lane;
  };
  const settleIdle = ({guard, open, held}: Lane) => {
    if (held > 0 && held === open) guard.settle();
  };

  /** Whether a call that ended so is made again. */
  async function isPostponed(lane: Lane, error: unknown, probe: boolean): Promise<boolean> {
    const postponed = lane.guard.ended(callError(error), probe);
    if (typeof postponed === "boolean") return postponed;
    lane.held++;
    settleIdle(lane);
    const later = await postponed;
    lane.held--;
    return later;
  }

  /** A call that waits holds no place, which the probe may need, and nothing of the budget. */
  async function repeated<T>(lane: Lane, call: (pass: SidePass) => Promise<T>): Promise<T> {
    const {guard} = lane;
    const stopRetries = () => guard.stopRetries;
    for (let probe = guard.isPaused && (await guard.pass()); ; probe = await guard.pass()) {
      const pass = () => {
        if (guard.isPaused && !probe) throw new PutOff("aborted", "Its endpoint is paused.");
      };
      try {
        const answer = await call({pass, stopRetries});
        void guard.ended(undefined, probe);
        return answer;
      } catch (error) {
        if (!(error instanceof PutOff) && !(await isPostponed(lane, error, probe))) throw error;
      }
    }
  }

  return {
    async make(endpoint, call) {
      const lane = laneOf(endpoint);
      lane.open++;
      try {
        return await repeated(lane, call);
      } finally {
        lane.open--;
        settleIdle(lane);
      }
    },
    onGiveUp: (listener) => void listeners.push(listener),
    end() {
      ended = true;
      for (const {guard} of lanes.values()) guard.stop();
    }
  };
}

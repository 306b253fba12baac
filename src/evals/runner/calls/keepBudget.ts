import {setTimeout as sleep} from "node:timers/promises";
import type {AttemptOutcome} from "../../../inference/endpoints/types.js";
import {PassingMap} from "../../../base/system/passing.js";
import {type Budget, budgetSpent, createBudget, type Reservation} from "./budget.js";
import type {CallError, CallRequest} from "./executor.js";
import {mayBeBilled} from "./callErrors.js";
import type {CommandBudget} from "./commandBudget.js";
import type {DayLedger} from "./dayLedger.js";
import {messageOf} from "../../../base/validation/index.js";

/** Keeps the calls of a run within a budget: every attempt is set aside before it is made. */
export interface BudgetKeeper {
  /** Waits until an attempt fits beside those in flight; false when it never will, after telling the listeners why. */
  reserve(request: CallRequest): Promise<boolean>;
  /** Asked when a call gets its place: false where it no longer fits beside what was spent since. Nothing is set aside for it then. */
  holds(request: CallRequest): boolean;
  /**
   * For an attempt after one that failed, which cost `costUsd` where its reply said so, else counts as spent when it may have been billed. It does not wait: the call
   * has a place that calls with a reservation may be waiting for. False when it does not fit now.
   */
  reserveAgain(request: CallRequest, failed: AttemptOutcome, costUsd?: number): boolean;
  /** `costUsd`: of all attempts, undefined where it is not known. */
  settle(ended: {key: string; costUsd?: number; error?: CallError}): void;
  /** US dollars paid so far, calls that may have been billed at the most they cost. */
  readonly spentUsd: number;
  /** US dollars paid beyond what was allowed. */
  readonly overUsd: number;
  /** Why no more is spent, once that is so. */
  readonly stopped: string | undefined;
  /** Told once why no more is spent. */
  onStop(listener: (reason: string) => void): void;
  /** Ends all waiting: what does not fit now will not be reserved. */
  close(): void;
}

/** How long others that may give back what they do not spend are left alone before they are looked at again. */
const LOOK_MS = 500;

interface StartLimits {
  budget: Budget;
  /** US dollars that the command spent before. */
  earlierUsd: number;
  /** US dollars of the start that no day decides on. */
  fixedUsd: number;
}

const worstCaseOf = ({candidate, worstCaseUsd: usd, promptUsd}: CallRequest) => ({candidate, usd, promptUsd});

/** What a start asks of the day's ledger, and gives back. */
function dayShare(ledger: DayLedger, {budget, earlierUsd, fixedUsd}: StartLimits) {
  let refused: {at: number; answer: "later" | "never"} | undefined;
  return {
    /** Leaves others what is granted and not needed, where it is more than `most` shares. */
    giveBack(most: number, keep: number) {
      const heldUsd = earlierUsd + budget.heldUsd;
      if (ledger.grantedUsd - heldUsd <= most * ledger.shareUsd) return;
      // What cannot be written now is met when more is asked for.
      ledger.shrink(heldUsd + keep * ledger.shareUsd, earlierUsd + budget.spentUsd).catch(() => undefined);
    },
    /** Asks for what a call needs. */
    async grown(request: CallRequest): Promise<"granted" | "later" | "never"> {
      if (request.worstCaseUsd === 0) return "never";
      const needsUsd = budget.needsUsd(worstCaseOf(request));
      if (needsUsd !== Infinity && needsUsd > fixedUsd) return "never";
      const toUsd = earlierUsd + Math.min(needsUsd, fixedUsd);
      if (toUsd <= ledger.grantedUsd) return "granted";
      if (refused && budget.open > 0 && performance.now() - refused.at < LOOK_MS) return refused.answer;
      const answer = await ledger.grow(toUsd === Infinity ? undefined : toUsd, earlierUsd + budget.spentUsd);
      refused = answer === "granted" ? undefined : {at: performance.now(), answer};
      return answer;
    }
  };
}

/** Which of the limits let no more calls be made. */
function whyStopped(
  {ledger, limitUsd}: Pick<CommandBudget, "limitUsd" | "ledger">,
  {budget, earlierUsd, fixedUsd, startUsd}: StartLimits & {startUsd: number}
): string {
  if (ledger && ledger.grantedUsd - earlierUsd < fixedUsd) return ledger.reason();
  return limitUsd - earlierUsd <= startUsd
    ? budgetSpent(earlierUsd + budget.spentUsd, limitUsd, "by this command")
    : budgetSpent(budget.spentUsd, startUsd, "in this start");
}

/** Tells its listeners once why no more is spent. */
function stopOnce() {
  const listeners: ((reason: string) => void)[] = [];
  const stops = {
    reason: undefined as string | undefined,
    stop(reason: string) {
      if (stops.reason !== undefined) return;
      stops.reason = reason;
      for (const listener of listeners) listener(reason);
    },
    onStop: (listener: (reason: string) => void) => void listeners.push(listener)
  };
  return stops;
}

interface Reserving {
  day: ReturnType<typeof dayShare> | undefined;
  budget: Budget;
  fits(request: CallRequest): boolean;
  stop(reason: string): void;
  isClosed(): boolean;
  /** Resolves when a call has ended. */
  changed(): Promise<void>;
  /** Why no more is spent. */
  why(): string;
}

/** Waits until an attempt fits beside those in flight; false when it never will. */
async function reserved(
  request: CallRequest,
  {day, budget, fits, stop, isClosed, changed, why}: Reserving
): Promise<boolean> {
  for (;;) {
    let more: "granted" | "later" | "never" = "never";
    try {
      if (day) more = await day.grown(request);
    } catch (error) {
      stop(messageOf(error));
      return false;
    }
    if (fits(request)) return true;
    if (isClosed()) return false;
    if (budget.open === 0 && more === "never") {
      stop(why());
      return false;
    }
    const change = changed();
    if (more === "later") day?.giveBack(0, 0);
    // What was granted may have been given back when a call ended meanwhile, and then no call may be open to wait for.
    if (more === "never") await change;
    else await Promise.race([change, sleep(LOOK_MS)]);
  }
}

/**
 * A budget of `startUsd` US dollars over all calls of a start, those of scorers among them, within what its command and its
 * project's day have left.
 */
export function keepBudget(
  startUsd: number,
  command: Pick<CommandBudget, "limitUsd" | "spentUsd" | "ledger"> = {limitUsd: Infinity, spentUsd: 0}
): BudgetKeeper {
  const {ledger} = command;
  const earlierUsd = command.spentUsd;
  const fixedUsd = Math.min(startUsd, command.limitUsd - earlierUsd);
  const limitUsd = () => Math.min(fixedUsd, (ledger?.grantedUsd ?? Infinity) - earlierUsd);
  const budget = createBudget(limitUsd);
  const day = ledger && dayShare(ledger, {budget, earlierUsd, fixedUsd});
  const reservations = new PassingMap<Reservation>();
  /** US dollars of attempts that failed, by their open calls. */
  const settled = new Map<string, number>();
  let closed = false;
  const stops = stopOnce();
  let waiting: (() => void)[] = [];
  const changed = () => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  const fits = (request: CallRequest): boolean => {
    const reservation = budget.reserve(worstCaseOf(request));
    if (reservation) reservations.set(request.key, reservation);
    return reservation !== undefined;
  };
  const end = (key: string, isUnknown: boolean, costUsd?: number) => {
    const reservation = reservations.get(key);
    reservations.delete(key);
    if (isUnknown) reservation?.assumeSpent();
    else reservation?.settle(costUsd);
    day?.giveBack(4, 1);
    changed();
  };
  return {
    reserve: (request) =>
      reserved(request, {
        day,
        budget,
        fits,
        stop: stops.stop,
        isClosed: () => closed,
        changed: () => new Promise<void>((resolve) => waiting.push(resolve)),
        why: () => whyStopped(command, {startUsd, fixedUsd, budget, earlierUsd})
      }),
    holds({key}) {
      const held = reservations.get(key)?.fits ?? true;
      if (!held) end(key, false, 0);
      return held;
    },
    reserveAgain(request, failed, costUsd) {
      if (costUsd !== undefined) {
        const {key} = request;
        end(key, false, costUsd);
        settled.set(key, (settled.get(key) ?? 0) + costUsd);
        return fits(request);
      }
      // What was set aside for an attempt that cost nothing serves the next one.
      if (!mayBeBilled({...failed, kind: failed.kind ?? "endpoint"})) return true;
      end(request.key, true);
      return fits(request);
    },
    settle({key, error, costUsd}) {
      // An answer without its usage was billed too, also one before a model that failed.
      const isUnknown = costUsd === undefined && (!error || error.spent !== undefined);
      const rest = costUsd === undefined ? undefined : Math.max(0, costUsd - (settled.get(key) ?? 0));
      settled.delete(key);
      end(key, isUnknown || (error !== undefined && mayBeBilled(error)), rest);
    },
    get spentUsd() {
      return budget.spentUsd;
    },
    get overUsd() {
      return Math.max(0, budget.spentUsd - fixedUsd);
    },
    get stopped() {
      return stops.reason;
    },
    onStop: stops.onStop,
    close() {
      closed = true;
      changed();
    }
  };
}

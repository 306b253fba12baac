import {PassingMap} from "../../../base/system/passing.js";

/** A call that was not acknowledged for so long is looked for. */
const OVERDUE_MS = 2000;

/** Calls of one run that have ended, and keep their slots until the coordinator has received their outcomes. */
export class Unacknowledged {
  private readonly calls = new PassingMap<{session: string; endedAt: number; release(): void}>();

  get size(): number {
    return this.calls.size;
  }

  /** @param session of the coordinator that sent the call @param release frees the call's slot */
  add(key: string, session: string, release: () => void): void {
    this.acknowledge(key);
    this.calls.set(key, {session, endedAt: performance.now(), release});
  }

  acknowledge(key: string): void {
    const call = this.calls.get(key);
    if (!call) return;
    this.calls.delete(key);
    call.release();
  }

  /** Those of all other sessions: nobody acknowledges them, and their outcomes are kept for the next start. */
  acknowledgeAllBut(session: string): void {
    for (const [key, call] of this.calls) if (call.session !== session) this.acknowledge(key);
  }

  overdue(): string[] {
    const late = ([, {endedAt}]: [string, {endedAt: number}]) => performance.now() - endedAt > OVERDUE_MS;
    return [...this.calls].filter(late).map(([key]) => key);
  }
}

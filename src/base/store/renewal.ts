import {UserError} from "../validation/errors.js";
import {type Holder, holderOf, untilExpiry} from "./holder.js";
import type {StorageBackend} from "./storage/storageBackend.js";

/** A lease that is held while work goes on. */
export interface HeldLease {
  /** Aborts when another machine took the lease over, or may have: it could not be renewed for its term. Its reason says so. */
  readonly lost: AbortSignal;
  /** Renews the lease now. Throws UserError when it was lost: what follows must not be written. */
  confirm(): Promise<void>;
}

/** Renews a lease at every third of its term until it is stopped. */
export function keepRenewed(
  place: StorageBackend,
  key: string,
  holder: Holder & {owner: string},
  term: number
): HeldLease & {stop(): Promise<void>} {
  const lost = new AbortController();
  const {signal} = lost;
  const aborted = new Promise<void>((resolve) =>
    signal.addEventListener("abort", () => resolve(), {once: true})
  );
  const lose = () =>
    lost.abort(
      new UserError(
        `${holder.what} could not keep its lock in ${place.name}: another machine may have taken over. Nothing more was written; give the same command again.`
      )
    );
  let good = Date.now() + term;
  const renew = async () => {
    const until = Date.now() + term;
    const bytes = await place.read(key);
    const said = untilExpiry(holder, term);
    const kept = holderOf(bytes)?.owner === holder.owner && (await place.replaceIf(key, bytes!, said));
    if (kept) good = until;
    else lose();
  };
  let renewing: {since: number; done: Promise<void>} | undefined;
  const renewed = () => {
    renewing ??= {
      since: performance.now(),
      // One that fails is tried again by the next: two thirds of the term are left.
      done: renew()
        .catch(() => {
          if (Date.now() > good) lose();
        })
        .finally(() => (renewing = undefined))
    };
    return renewing.done;
  };
  const timer = setInterval(() => {
    // A machine that slept is late too: that renewal is only beginning, and tells whether another took over.
    if (renewing && performance.now() - renewing.since > term && Date.now() > good) lose();
    void renewed();
  }, term / 3);
  timer.unref();
  return {
    lost: signal,
    async confirm() {
      signal.throwIfAborted();
      await Promise.race([renewed(), aborted]);
      if (Date.now() > good) lose();
      signal.throwIfAborted();
    },
    async stop() {
      clearInterval(timer);
      await Promise.race([renewing?.done, aborted]);
    }
  };
}

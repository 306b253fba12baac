import {setTimeout as sleep} from "node:timers/promises";
import {UserError} from "../validation/errors.js";
import {holderOf, holds, thisHolder, underWay, untilExpiry} from "./holder.js";
import {type HeldLease, keepRenewed} from "./renewal.js";
import {LocalFolder} from "./storage/localFolder.js";
import type {StorageBackend} from "./storage/storageBackend.js";

const WAIT_MS = 30 * 60_000;

/**
 * Runs `work` while no other process builds the site or takes away what its pages were made of. The site and Framework's cache
 * are this folder's, wherever the store is.
 */
export function withSiteLease<T>(
  workspace: {dir: string},
  options: Pick<LeaseOptions, "what" | "onWait">,
  work: (held: HeldLease) => Promise<T>
): Promise<T> {
  const here = new LocalFolder(workspace.dir);
  return withLease(here, "locks/site.json", {...options, waitMs: WAIT_MS}, work);
}

export interface LeaseOptions {
  /** What the holder is doing, shown to whoever has to wait. */
  what: string;
  /** How long to wait for a living holder before refusing; 0 refuses at once. */
  waitMs?: number;
  onWait?: (message: string) => void;
  /** How long the lease of a machine that fell silent lasts; default one minute. It is renewed at every third of it. */
  termMs?: number;
  /** Ends the waiting for another holder. */
  signal?: AbortSignal;
}

const TERM_MS = 60_000;

/**
 * Runs `work` while holding the lease at a key. On one machine a dead process's lease is taken over at once, and a living
 * one's never, however late it is; another machine's is taken over when it has expired. A holder is waited for up to
 * `waitMs`, then refused by name. A file that says nothing of a holder (empty, torn by a power cut) is nobody's.
 * @param work is told when the lease was lost to another machine, and asks whether it was before it writes what counts
 */
export async function withLease<T>(
  place: StorageBackend,
  key: string,
  options: LeaseOptions,
  work: (held: HeldLease) => Promise<T>
): Promise<T> {
  const term = options.termMs ?? TERM_MS;
  const mine = thisHolder(options.what);
  await acquire(place, key, () => untilExpiry(mine, term), options);
  const {stop, ...held} = keepRenewed(place, key, mine, term);
  try {
    return await work(held);
  } finally {
    await stop();
    // What the work came to counts: a lease that cannot be given back lapses.
    await giveBack(place, key, mine.owner).catch(() => undefined);
  }
}

async function giveBack(place: StorageBackend, key: string, owner: string): Promise<void> {
  const bytes = await place.read(key);
  if (bytes && holderOf(bytes)?.owner === owner) await place.removeIf(key, bytes);
}

async function acquire(
  place: StorageBackend,
  key: string,
  said: () => string,
  options: LeaseOptions
): Promise<void> {
  const deadline = performance.now() + (options.waitMs ?? 0);
  let told = false;
  let stuck = 0;
  while (!(await place.putIfAbsent(key, said()))) {
    // What is there and can be neither read nor removed, such as a link that leads nowhere, is no lease to wait for.
    if (++stuck > 1000)
      throw new UserError(
        `the lock ${key} in ${place.name} can be neither taken nor removed. Look at that file, remove it, then try again.`
      );
    const bytes = await place.read(key).catch((cause: unknown) => {
      throw new UserError(
        `the lock ${key} in ${place.name} cannot be read. Look at that file, remove it, then try again.`,
        {cause}
      );
    });
    if (!bytes) {
      await sleep(1);
      continue;
    }
    const holder = holderOf(bytes);
    if (!holder || !holds(holder)) {
      // Another who is removing it will be done in a moment.
      if (!(await place.removeIf(key, bytes))) await sleep(1);
      continue;
    }
    stuck = 0;
    const message = underWay(holder);
    if (performance.now() >= deadline)
      throw new UserError(`${message}. Wait for it to end, or stop that process, then try again.`);
    if (!told) options.onWait?.(`${message}; waiting for it`);
    told = true;
    options.signal?.throwIfAborted();
    await sleep(50);
  }
}

/**
 * Removes the leases of dead holders whose names begin with `prefix`, and what they left half-written. For names that nobody
 * takes again only: a name that others take is taken over by the next of them.
 */
export async function clearLeases(place: StorageBackend, folder: string, prefix: string): Promise<void> {
  await place.sweep(folder);
  for (const {name} of await place.list(folder)) {
    if (!name.startsWith(prefix)) continue;
    const bytes = await place.read(`${folder}/${name}`);
    const holder = holderOf(bytes);
    if (bytes && !(holder && holds(holder))) await place.removeIf(`${folder}/${name}`, bytes);
  }
}

/** What living holders are doing under the leases of a folder whose names begin with `prefix`. */
export async function heldLeases(place: StorageBackend, folder: string, prefix: string): Promise<string[]> {
  const held: string[] = [];
  for (const {name} of await place.list(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith(".json")) continue;
    const holder = holderOf(await place.read(`${folder}/${name}`));
    if (holder && holds(holder)) held.push(underWay(holder));
  }
  return held;
}

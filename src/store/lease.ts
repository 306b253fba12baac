import {randomBytes} from "node:crypto";
import {hostname} from "node:os";
import {setTimeout as sleep} from "node:timers/promises";
import {UserError} from "./errors.js";
import type {Place} from "./place/place.js";
import {processIsAlive, startOf} from "./process.js";

/** Who holds a lease, as its file says. Locks of before have no owner, host or expiry: they are of this machine. */
interface Holder {
  owner?: string;
  host?: string;
  pid: number;
  /** Ticks since boot at which the process started: a re-used pid is not taken for the holder. */
  startedAt?: string;
  what: string;
  since: string;
  /** ISO time after which other machines may take it over; the holder moves it on. */
  expires?: string;
}

export interface LeaseOptions {
  /** What the holder is doing, shown to whoever has to wait. */
  what: string;
  /** How long to wait for a living holder before refusing; 0 refuses at once. */
  waitMs?: number;
  onWait?: (message: string) => void;
  /** How long the lease of a machine that fell silent lasts; default one minute. It is renewed at every third of it. */
  termMs?: number;
}

const TERM_MS = 60_000;

/**
 * Runs `work` while holding the lease at a key. On one machine a dead process's lease is taken over at once, and a living
 * one's never, however late it is; another machine's is taken over when it has expired. A holder is waited for up to
 * `waitMs`, then refused by name. A file that says nothing of a holder (empty, torn by a power cut) is nobody's.
 * @param work its signal aborts when the lease was lost to another machine
 */
export async function withLease<T>(
  place: Place,
  key: string,
  options: LeaseOptions,
  work: (lost: AbortSignal) => Promise<T>
): Promise<T> {
  const term = options.termMs ?? TERM_MS;
  const mine = {
    owner: randomBytes(8).toString("hex"),
    host: hostname(),
    pid: process.pid,
    startedAt: startOf(process.pid),
    what: options.what,
    since: new Date().toISOString()
  };
  const said = () => JSON.stringify({...mine, expires: new Date(Date.now() + term).toISOString()});
  await acquire(place, key, said, options);
  const lost = new AbortController();
  const renew = async () => {
    if (holderOf(await place.read(key))?.owner === mine.owner) await place.put(key, said());
    else lost.abort();
  };
  let renewing: Promise<void> | undefined;
  // A renewal that fails is tried again by the next one: two thirds of the term are left.
  const timer = setInterval(
    () =>
      (renewing ??= renew()
        .catch(() => undefined)
        .finally(() => (renewing = undefined))),
    term / 3
  );
  timer.unref();
  try {
    return await work(lost.signal);
  } finally {
    clearInterval(timer);
    await renewing;
    const bytes = await place.read(key);
    if (bytes && holderOf(bytes)?.owner === mine.owner) await place.removeIf(key, bytes);
  }
}

async function acquire(place: Place, key: string, said: () => string, options: LeaseOptions): Promise<void> {
  const deadline = Date.now() + (options.waitMs ?? 0);
  let told = false;
  let tries = 0;
  while (!(await place.putIfAbsent(key, said()))) {
    // What is there and can be neither read nor removed is no lease to wait for.
    if (++tries > 1000 && Date.now() > deadline)
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
      await place.removeIf(key, bytes);
      continue;
    }
    const message = underWay(holder);
    if (Date.now() >= deadline)
      throw new UserError(`${message}. Wait for it to end, or stop that process, then try again.`);
    if (!told) options.onWait?.(`${message}; waiting for it`);
    told = true;
    await sleep(50);
  }
}

/** What living holders are doing under the leases of a folder whose names begin with `prefix`. */
export async function heldLeases(place: Place, folder: string, prefix: string): Promise<string[]> {
  const held: string[] = [];
  for (const {name} of await place.list(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith(".json")) continue;
    const holder = holderOf(await place.read(`${folder}/${name}`));
    if (holder && holds(holder)) held.push(underWay(holder));
  }
  return held;
}

function underWay({what, pid, since, host}: Holder): string {
  const where = isHere(host) ? "" : ` on ${host}`;
  return `${what} is under way in process ${pid}${where} since ${since}`;
}

const isHere = (host: string | undefined) => host === undefined || host === hostname();

function holds(holder: Holder): boolean {
  if (!isHere(holder.host)) return holder.expires === undefined || Date.parse(holder.expires) > Date.now();
  if (!processIsAlive(holder.pid)) return false;
  const started = startOf(holder.pid);
  return started === undefined || holder.startedAt === undefined || started === holder.startedAt;
}

/** Undefined when the bytes say nothing of a holder. */
function holderOf(bytes: Uint8Array | undefined): Holder | undefined {
  if (!bytes) return undefined;
  try {
    const holder = JSON.parse(Buffer.from(bytes).toString()) as Partial<Holder> | null;
    return typeof holder?.pid === "number" ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}

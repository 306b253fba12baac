import {randomBytes} from "node:crypto";
import {hostname} from "node:os";
import {bootId, processIsAlive, startOf} from "../system/process.js";

/** Who is at work on something, as a file of the store says. Files of before have no owner, host or expiry: they are of this machine. */
export interface Holder {
  owner?: string;
  host?: string;
  /** Tells machines of one name apart, where the system gives it. */
  machine?: string;
  pid: number;
  /** Ticks since boot at which the process started: a re-used pid is not taken for the holder. */
  startedAt?: string;
  what: string;
  since: string;
  /** ISO time after which other machines may take over; the holder moves it on. */
  expires?: string;
}

/** This process as a holder, under an owner of its own at every call. */
export function thisHolder(what: string): Holder & {owner: string} {
  return {
    owner: randomBytes(8).toString("hex"),
    host: hostname(),
    machine: bootId(),
    pid: process.pid,
    startedAt: startOf(process.pid),
    what,
    since: new Date().toISOString()
  };
}

/** A holder's words, which are good for `termMs` from now. */
export function untilExpiry(holder: Holder, termMs: number): string {
  return JSON.stringify({...holder, expires: new Date(Date.now() + termMs).toISOString()});
}

/** Whether a holder is still at work: alive, when it is of this machine; not expired, when it is of another. */
export function holds(holder: Holder): boolean {
  if (!isHere(holder)) return holder.expires === undefined || Date.parse(holder.expires) > Date.now();
  if (!processIsAlive(holder.pid)) return false;
  const started = startOf(holder.pid);
  return started === undefined || holder.startedAt === undefined || started === holder.startedAt;
}

/** Undefined when the bytes say nothing of a holder. */
export function holderOf(bytes: Uint8Array | undefined): Holder | undefined {
  if (!bytes) return undefined;
  try {
    const holder = JSON.parse(Buffer.from(bytes).toString()) as Partial<Holder> | null;
    return typeof holder?.pid === "number" ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}

export function underWay(holder: Holder): string {
  const where = isHere(holder) ? "" : ` on ${holder.host}`;
  return `${holder.what} is under way in process ${holder.pid}${where} since ${holder.since}`;
}

/** Containers may share a host's name, and their process numbers say nothing of one another. */
function isHere({host, machine}: Holder): boolean {
  const mine = bootId();
  if (machine !== undefined && mine !== undefined && machine !== mine) return false;
  return host === undefined || host === hostname();
}

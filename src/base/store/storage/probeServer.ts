import {randomUUID} from "node:crypto";
import {s3Address} from "./s3/address.js";
import {Bucket} from "./s3/bucket.js";
import {openClients} from "./s3/client.js";

/** What a store's server does that leases rely on. */
export interface ServerProbe {
  name: string;
  /** Conditions on writes that it ignores, as words; none when it honours them. */
  ignored: string[];
  /** Milliseconds by which its clock is ahead of this machine's, to a second. */
  clockMs: number;
  /** Milliseconds of the median write. */
  latencyMs: number;
}

const TOGETHER = 6;

/** Writes, overwrites and removes an object of its own in the bucket of a shared store. */
export async function probeServer(address: string): Promise<ServerProbe> {
  const {bucket: name, prefix} = s3Address(address);
  const bucket = new Bucket(await openClients(), `s3://${name}/${prefix}`, name, prefix);
  const key = `.doctor-${randomUUID()}`;
  const ignored: string[] = [];
  try {
    const firsts = await inOrderOfEnd(TOGETHER, (n) => bucket.putIf(key, `${n}`, {absent: true}));
    if (firsts.won !== 1) ignored.push("If-None-Match: *");
    const etag = (await bucket.etag(key))!;
    const next = await inOrderOfEnd(TOGETHER, (n) => bucket.putIf(key, `next ${n}`, {etag}));
    if (next.won !== 1) ignored.push("If-Match");
    const before = Date.now();
    await bucket.put(key, "last");
    const latencyMs = Date.now() - before;
    const [listed] = await bucket.list(key);
    // Servers tell whole seconds: half of one is the likeliest rest.
    const clockMs = (listed?.modified.getTime() ?? before) + 500 - (before + latencyMs / 2);
    return {name: bucket.name, ignored, clockMs, latencyMs: median([...firsts.ms, ...next.ms, latencyMs])};
  } finally {
    await bucket.remove([key]);
  }
}

async function inOrderOfEnd(count: number, write: (n: number) => Promise<string | undefined>) {
  const ms: number[] = [];
  const done = await Promise.all(
    Array.from({length: count}, async (_, n) => {
      const since = performance.now();
      const etag = await write(n);
      ms.push(performance.now() - since);
      return etag;
    })
  );
  return {ms, won: done.filter((etag) => etag !== undefined).length};
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;

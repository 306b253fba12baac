import {holderOf, holds, thisHolder, untilExpiry} from "../../holder.js";
import type {Bucket, ListedObject} from "./bucket.js";

/**
 * What stands where a file was removed on a condition: a bucket can replace an object on a condition everywhere, and remove
 * one so on few servers. It counts as no file.
 */
export const VACATED = "assay: there is no file here\n";

/** Its file in a folder whose files appear, or go, together. Readers see nothing of a folder while somebody holds it. */
const CLAIM = ".claim.json";

const TERM_MS = 60_000;

/** A hold on a folder of a bucket: until it is done, nobody sees the folder. It lapses when its holder falls silent. */
export class Claim {
  private readonly holder;
  private etag: string;
  private timer: NodeJS.Timeout;
  private readonly lostTo = new AbortController();
  private renewing: Promise<void> | undefined;

  private constructor(
    private readonly bucket: Bucket,
    readonly folder: string,
    holder: ReturnType<typeof thisHolder>,
    etag: string
  ) {
    this.holder = holder;
    this.etag = etag;
    this.timer = setInterval(() => (this.renewing ??= this.renew()), TERM_MS / 3);
    this.timer.unref();
  }

  /** Takes hold; "held" when another has it, "done" when another had it and finished. */
  static async take(bucket: Bucket, folder: string, what: string): Promise<Claim | "held" | "done"> {
    const key = claimKey(folder);
    const holder = thisHolder(what);
    const said = untilExpiry(holder, TERM_MS);
    const etag = await bucket.putIf(key, said, {absent: true});
    if (etag !== undefined) return new Claim(bucket, folder, holder, etag);
    const found = await bucket.get(key);
    if (found === undefined || found === "unchanged") return "held";
    if (isVacated(found.bytes)) return "done";
    if (isHeld(found.bytes)) return "held";
    const taken = await bucket.putIf(key, said, {etag: found.etag});
    return taken === undefined ? "held" : new Claim(bucket, folder, holder, taken);
  }

  /** Takes hold of a folder whose holder died; undefined when it has none, a living one, or was taken meanwhile. */
  static async takeOver(bucket: Bucket, folder: string, what: string): Promise<Claim | undefined> {
    const found = await bucket.get(claimKey(folder));
    if (found === undefined || found === "unchanged") return undefined;
    if (isVacated(found.bytes) || isHeld(found.bytes)) return undefined;
    const holder = thisHolder(what);
    const etag = await bucket.putIf(claimKey(folder), untilExpiry(holder, TERM_MS), {etag: found.etag});
    return etag === undefined ? undefined : new Claim(bucket, folder, holder, etag);
  }

  /** Takes hold of a folder that is there, whoever else is at it, to remove it. */
  static async seize(bucket: Bucket, folder: string, what: string): Promise<Claim> {
    const holder = thisHolder(what);
    const etag = await bucket.put(claimKey(folder), untilExpiry(holder, TERM_MS));
    return new Claim(bucket, folder, holder, etag);
  }

  /** Aborts when another took the folder over. */
  get lost(): AbortSignal {
    return this.lostTo.signal;
  }

  /** Lets the folder be seen; false when another took it over. */
  async done(): Promise<boolean> {
    await this.stop();
    return (await this.bucket.putIf(claimKey(this.folder), VACATED, {etag: this.etag})) !== undefined;
  }

  /** Gives the hold up and leaves no trace of it. The claim of another that took the folder over stays. */
  async drop(): Promise<void> {
    if (await this.done()) await clearClaim(this.bucket, this.folder);
  }

  private async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.renewing;
  }

  private async renew(): Promise<void> {
    const said = untilExpiry(this.holder, TERM_MS);
    try {
      const etag = await this.bucket.putIf(claimKey(this.folder), said, {etag: this.etag});
      if (etag === undefined) this.lostTo.abort();
      else this.etag = etag;
    } catch {
      // The next renewal tries again: two thirds of the term are left.
    } finally {
      this.renewing = undefined;
    }
  }
}

export const claimKey = (folder: string) => `${folder}/${CLAIM}`;

export const isVacated = (bytes: Uint8Array) => Buffer.from(bytes).toString() === VACATED;

/** Removes the claim of a folder unless somebody took the folder meanwhile. */
export async function clearClaim(bucket: Bucket, folder: string): Promise<void> {
  const key = claimKey(folder);
  const found = await bucket.get(key);
  if (found === undefined || found === "unchanged" || !isVacated(found.bytes)) return;
  await bucket.removeListed({key, etag: found.etag});
}

/** Whether a claim's file names somebody who is still at work. */
export function isHeld(bytes: Uint8Array): boolean {
  const holder = holderOf(bytes);
  return holder !== undefined && holds(holder);
}

/** Folders of a listing that somebody holds, or held when they died. */
export function claimedFolders(objects: readonly ListedObject[]): string[] {
  return objects
    .filter(({key, size}) => key.endsWith(`/${CLAIM}`) && size !== VACATED.length)
    .map(({key}) => key.slice(0, -CLAIM.length - 1));
}

/** Objects that count: those below no folder that is held, and no claims. */
export function visible(objects: readonly ListedObject[]): ListedObject[] {
  const hidden = claimedFolders(objects).map((folder) => `${folder}/`);
  return objects.filter(
    ({key}) => !key.endsWith(`/${CLAIM}`) && !hidden.some((folder) => key.startsWith(folder))
  );
}

import {createHash} from "node:crypto";
import {createReadStream} from "node:fs";
import {pipeline} from "node:stream/promises";

export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** SHA-256 of a file's bytes, read in blocks. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, {highWaterMark: 1 << 20}), hash);
  return hash.digest("hex");
}

/** SHA-256 of the ids of rows in order, one a line. */
export class RowIdsHash {
  private readonly hash = createHash("sha256");
  private any = false;

  add(id: string): void {
    this.hash.update(this.any ? `\n${id}` : id);
    this.any = true;
  }

  digest(): string {
    return this.hash.digest("hex");
  }
}

/** The same of a list. */
export function rowsSha256(ids: readonly string[]): string {
  const hash = new RowIdsHash();
  for (const id of ids) hash.add(id);
  return hash.digest();
}

/**
 * JSON with object keys sorted at every depth, so that equal values give equal text. `undefined` members are
 * left out as JSON.stringify does; a non-finite number throws, since JSON would turn it into null.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === "number" && !Number.isFinite(member))
      throw new Error(`not a JSON number: ${member}`);
    if (typeof member === "bigint") return member.toString();
    if (member === null || typeof member !== "object" || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}

/** SHA-256 of a value's canonical JSON. */
export function hashJson(value: unknown): string {
  return sha256(canonicalJson(value));
}

import {open, readFile, rm, stat} from "node:fs/promises";
import {basename, dirname, join} from "node:path";
import {putNew} from "../../system/files.js";
import {sha256} from "../../system/hash.js";
import {holderOf, holds, thisHolder, untilExpiry} from "../holder.js";

/** A removal takes milliseconds: another machine's right that is older, and one that says nothing, is of a process that died. */
const STALE_MS = 60_000;

/**
 * Runs `work` as the only one who may remove these bytes from a path; false when another may. The right is a file named for
 * the path and the bytes. One that a dead process left is passed over, not removed, which two might do at once: the next
 * right has the next number, and all go when the work is done.
 */
export async function asSoleRemover(
  path: string,
  bytes: Uint8Array,
  work: () => Promise<boolean>
): Promise<boolean> {
  const name = `.${basename(path)}.${sha256(bytes).slice(0, 16)}`;
  const rights: string[] = [];
  for (let state = "dead"; state === "dead";) {
    const right = join(dirname(path), `${name}.${rights.length}.removing`);
    state = await take(right);
    if (state === "held") return false;
    rights.push(right);
  }
  try {
    return await work();
  } finally {
    for (const right of rights) await rm(right, {force: true});
  }
}

async function take(right: string): Promise<"mine" | "held" | "dead"> {
  if (await placed(right)) return "mine";
  // Gone meanwhile is held: what was to be removed is gone, too.
  const written = await stat(right).catch(() => undefined);
  const holder = holderOf(await readFile(right).catch(() => undefined));
  if (!written) return "held";
  const isLiving = holder ? holds(holder) : Date.now() - written.mtimeMs < STALE_MS;
  return isLiving ? "held" : "dead";
}

/** Puts a right where there is none, whole: one without its holder's name would outlast a holder that is killed. */
async function placed(right: string): Promise<boolean> {
  try {
    return await putNew(right, untilExpiry(thisHolder("removing"), STALE_MS));
  } catch (error) {
    if (!["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code!)) throw error;
    // Leases end on a full disk, too, where a file without a word has room.
    return placedEmpty(right);
  }
}

async function placedEmpty(right: string): Promise<boolean> {
  try {
    await (await open(right, "wx")).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

import {setTimeout} from "node:timers/promises";
import {hashJson} from "../../../base/system/index.js";

/** A fingerprint that asks something far away keeps no run waiting for longer. */
const MOST_MS = 3000;

/** Whether a source says of itself what it said at the pull. One that cannot say anything now counts as the same. */
export async function isSameFingerprint(
  asked: Promise<string | undefined>,
  noted: string | undefined
): Promise<boolean> {
  const ended = new AbortController();
  const late = setTimeout(MOST_MS, undefined, {signal: ended.signal}).catch(() => undefined);
  try {
    const found = await Promise.race([asked, late]);
    return found === undefined || noted === undefined || hashJson(found) === noted;
  } catch {
    return true;
  } finally {
    ended.abort();
  }
}

import {setTimeout as sleep} from "node:timers/promises";
import {storeFingerprint} from "./fingerprint.js";
import {touchLoaders} from "./staleOutputs.js";

export interface WatchOptions {
  /** The site's root, where `data/` holds the page loaders. */
  root: string;
  /** The store's folder. */
  dir: string;
  signal: AbortSignal;
  /** How often to look, in milliseconds; default 1,000. */
  everyMs?: number;
  onChange?: (loaders: string[]) => void;
}

/**
 * Looks at the store until `signal` aborts and touches the page loaders when its fingerprint changes, so that a
 * running preview shows the new state. Polled: a store may lie on a file system that reports no changes.
 */
export async function touchOnStoreChange(options: WatchOptions): Promise<void> {
  let known = await storeFingerprint(options.dir);
  while (!options.signal.aborted) {
    await sleep(options.everyMs ?? 1000, undefined, {signal: options.signal}).catch(() => undefined);
    if (options.signal.aborted) return;
    const found = await storeFingerprint(options.dir);
    if (found === known) continue;
    known = found;
    options.onChange?.(await touchLoaders(options.root));
  }
}

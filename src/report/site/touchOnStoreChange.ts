import {messageOf} from "../../base/validation/index.js";
import {setTimeout as sleep} from "node:timers/promises";
import type {Workspace} from "../../base/store/index.js";
import {pricesFingerprint, storeFingerprint} from "./fingerprint.js";
import {loaderIsRunning, touchLoaders} from "./staleOutputs.js";
import {publishingFingerprint} from "./statedPublishing.js";

export interface StoreWatchOptions {
  /** The site's root, where `data/` holds the page loaders. */
  root: string;
  workspace: Pick<Workspace, "place" | "project" | "dir">;
  signal: AbortSignal;
  /** How often to look, in milliseconds; default 1,000. */
  everyMs?: number;
  onChange?: (loaders: string[]) => void;
}

/**
 * Looks at the store, at the project's prices and at what definitions let pages show until `signal` aborts and touches the page loaders when their fingerprint changes, so that a
 * running preview shows the new state. Polled: a store may lie on a file system that reports no changes. It waits
 * for the store to hold still and for loaders at work to end: what they print would count as newer than the touch.
 */
export async function touchOnStoreChange(options: StoreWatchOptions): Promise<void> {
  const {workspace} = options;
  // A file that became damaged is a change, too: the loaders say what is wrong with it.
  const look = async () => {
    try {
      return [
        await storeFingerprint(workspace),
        await pricesFingerprint(workspace.project),
        await publishingFingerprint(workspace)
      ].join();
    } catch (error) {
      return messageOf(error);
    }
  };
  let known = await look();
  let before = known;
  while (!options.signal.aborted) {
    await sleep(options.everyMs ?? 1000, undefined, {signal: options.signal}).catch(() => undefined);
    if (options.signal.aborted) return;
    const found = await look();
    const still = found === before;
    before = found;
    if (found === known || !still || (await loaderIsRunning(options.root))) continue;
    known = found;
    const touched = await touchLoaders(options.root);
    options.onChange?.(touched);
  }
}

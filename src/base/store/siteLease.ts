import {type LeaseOptions, withLease} from "./lease.js";
import {LocalFolder} from "./storage/localFolder.js";
import type {HeldLease} from "./renewal.js";
import type {Workspace} from "./kinds/kind.js";

const WAIT_MS = 30 * 60_000;

/**
 * Runs `work` while no other process builds the site or takes away what its pages were made of. The site and Framework's cache
 * are this folder's, wherever the store is.
 */
export function withSiteLease<T>(
  workspace: Pick<Workspace, "dir">,
  options: Pick<LeaseOptions, "what" | "onWait">,
  work: (held: HeldLease) => Promise<T>
): Promise<T> {
  const here = new LocalFolder(workspace.dir);
  return withLease(here, "locks/site.json", {...options, waitMs: WAIT_MS}, work);
}

import {DryStorage} from "./storage/dryStorage.js";
import type {HeldLease} from "./renewal.js";
import type {Workspace} from "./kinds/kind.js";

/**
 * A workspace for a dry run: its place keeps nothing of what is written, and a lease is taken by nobody, so that the store
 * stays as it is to the byte. What is written past the place is not caught.
 */
export function dryWorkspace(workspace: Workspace): Workspace {
  const held: HeldLease = {lost: new AbortController().signal, confirm: () => Promise.resolve()};
  const alone: Workspace["lease"] = (_name, _options, work) => work(held);
  return {...workspace, place: new DryStorage(workspace.place), lease: alone, share: alone};
}

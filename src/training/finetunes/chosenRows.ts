import {rowsSha256} from "../../base/system/index.js";
import {isChosen} from "./isChosen.js";
import type {BuildContext, Subset} from "./modelSource.js";

/** By `where`, then by the data it was asked about: one command asks for the keys of many models that share a subset. */
const known = new WeakMap<Subset["where"], Map<string, Promise<string>>>();

/**
 * For each part the SHA-256 of the ids of the rows that a subset chooses; undefined without one. What a function says may
 * hang on more than its text: constants, imports, files and values that it closes over.
 */
export async function chosenRows(
  context: BuildContext,
  subset: Subset | undefined,
  parts: readonly string[]
): Promise<[part: string, sha256: string][] | undefined> {
  if (!subset) return undefined;
  const own = known.get(subset.where) ?? new Map<string, Promise<string>>();
  known.set(subset.where, own);
  const {dir, dataset, version, split, leftOut = {}} = context;
  const chosen: [string, string][] = [];
  for (const part of parts) {
    const key = JSON.stringify([dir, dataset, version, split, part, leftOut[part]]);
    const found = own.get(key) ?? chosenIn(context, subset, part);
    own.set(key, found);
    // What could not be read this time is read the next.
    found.catch(() => own.delete(key));
    chosen.push([part, await found]);
  }
  return chosen;
}

async function chosenIn({rows, signal}: BuildContext, subset: Subset, part: string): Promise<string> {
  const ids: string[] = [];
  for await (const row of rows(part)) {
    signal?.throwIfAborted();
    if (isChosen(subset, row)) ids.push(row.id);
  }
  return rowsSha256(ids.sort());
}

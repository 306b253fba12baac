import {basename} from "node:path";
import type {RaceRecord} from "../../../evals/decisions/index.js";
import {listModels, type ModelManifest} from "../../../weights/models/index.js";
import type {DiskSpace, SearchCandidates} from "../../../evals/mergeSearch/index.js";
import {UserError} from "../../../base/validation/index.js";
import {modelsDir, type Store} from "../../../base/store/index.js";
import {size} from "./mergeText.js";
import {plural} from "../../terminal/plural.js";

/** Throws a UserError where the merges would not fit the disk. */
export function assertRoom({merges, each, free}: DiskSpace, spaceFile: string): void {
  if (merges * each <= free) return;
  const fit = Math.floor(free / each);
  throw new UserError(
    `the merges of ${basename(spaceFile)} do not fit the disk: ${merges} of ${size(each)} take ${size(merges * each)}, and ${size(free)} are free. Free some, with \`assay models remove\` for instance${fit > 1 ? `, or set \`tries: ${fit - 1}\`` : ""}.`
  );
}

/** The merges that a search made and that did not win, whose files the store has. */
export async function otherMerges(
  store: Store,
  {rounds}: RaceRecord,
  {average, tries}: SearchCandidates,
  winner: string
): Promise<ModelManifest[]> {
  const runs = await store.runs({archived: true});
  const first = runs.find(({id}) => id === rounds[0]?.run)?.candidates ?? [];
  const ids = new Set(
    first.flatMap(({name, modelId}) =>
      modelId !== undefined && name !== winner && [average, ...tries].includes(name) ? [modelId] : []
    )
  );
  const known = await listModels(modelsDir(store.workspace));
  return known.filter(({id, removed}) => ids.has(id) && removed === undefined);
}

/** What the merges to come take on the disk. */
export function roomText({merges, each, free}: DiskSpace): string {
  return `${plural(merges, "merge")} to make of up to ${size(each)} each: ${size(merges * each)} on the disk, of ${size(free)} free`;
}

/** What merges that did not win take on the disk, and what frees it. */
export function othersText(others: readonly ModelManifest[]): string {
  const bytes = others.flatMap(({files}) => files).reduce((sum, file) => sum + file.bytes, 0);
  const ids = others.map(({id}) => id.slice(0, 12)).join(" ");
  return `The ${plural(others.length, "merge")} that did not win take${others.length === 1 ? "s" : ""} ${size(bytes)}, so that a second start repeats nothing. To free that: assay models remove ${ids}`;
}

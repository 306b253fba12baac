import {copyFile, rm} from "node:fs/promises";
import {join} from "node:path";
import {nearDuplicates} from "../datasets/index.js";
import {temporaryPath} from "../../base/system/index.js";
import {
  datasetKey,
  hasRows,
  openParts,
  readSplits,
  readVersion,
  readSplit,
  sameRoles,
  splitKey,
  type SplitManifest,
  splitParts,
  type Store,
  versionKey,
  type VersionManifest,
  versionRows,
  writeHeldOut,
  writeSplit
} from "../../base/store/index.js";
import {heldOutNote} from "./askedParts.js";
import type {ToAssign} from "./assignParts.js";
import {currentMeasures} from "./currentMeasures.js";
import {dividingRoles} from "./dividing.js";
import {hashOfDivided, splitAsked} from "./identity.js";
import {labelCounts, measureSplit} from "./measure.js";
import {assertSplits, newSplit} from "./newSplit.js";
import type {SplitSpec} from "./spec.js";

export interface EnsureSplitOptions {
  /** False leaves the measures of a new split to whoever needs it next: texts are compared and embedded for them. */
  measure?: boolean;
  /** Told what long work begins. */
  onMessage?(text: string): void;
  /** Ends the work between its steps; nothing is kept of it then. */
  signal?: AbortSignal;
}

/**
 * The split of a version by a spec: read from the store, or made once. What counts as a near-duplicate is part of its
 * identity, since it says what was measured; a split that was measured by an older edition is measured again. It is called
 * as the spec calls it: the name is no part of its identity, and the store keeps the one that it was made under.
 */
export async function ensureSplit(
  store: Store,
  version: VersionManifest,
  spec: SplitSpec,
  {measure = true, onMessage, signal}: EnsureSplitOptions = {}
): Promise<SplitManifest> {
  assertSplits(spec, version);
  const {workspace} = store;
  const {dataset} = version;
  const asked = await hashOfDivided(store, version, spec);
  const roles = dividingRoles(spec, version);
  const current = async () => {
    const found = await splitAsked(store, dataset, asked);
    if (!found || (measure && currentMeasures(found).edition === undefined)) return undefined;
    const isSaid = found.roles && sameRoles(found.roles, roles) && found.labelsOf === version.label;
    return isSaid || !(await hasRows(workspace, version)) ? found : undefined;
  };
  const ready = await current();
  if (ready) return {...ready, name: spec.name ?? spec.strategy};
  const what = `splitting ${dataset}`;
  const made = await workspace.lease(
    `split-${dataset}-${asked.slice(0, 16)}`,
    {what, waitMs: LONGEST_WAIT_MS, onWait: onMessage, signal},
    async () => {
      const meanwhile = await current();
      if (meanwhile) return meanwhile;
      const make = () => makeSplit({store, version, spec, asked, measure, onMessage, signal});
      // What one split holds out the next must know.
      return spec.heldOut || spec.strategy === "given"
        ? workspace.lease(
            `held-out-${dataset}`,
            {what, waitMs: LONGEST_WAIT_MS, onWait: onMessage, signal},
            make
          )
        : make();
    }
  );
  return made
    ? {...made, name: spec.name ?? spec.strategy}
    : ensureSplit(store, version, spec, {measure, onMessage, signal});
}

/** Measuring so many rows takes tens of seconds. */
export const LONG_TO_MEASURE = 50_000;

/** Measuring a million rows takes minutes. */
const LONGEST_WAIT_MS = 1_800_000;

interface ToMake extends EnsureSplitOptions {
  store: Store;
  version: VersionManifest;
  spec: SplitSpec;
  /** The hash of what is asked for. */
  asked: string;
}

/** Undefined when another process, which knows the columns by other roles, has made the split meanwhile. */
async function makeSplit({
  store,
  version,
  spec,
  asked,
  measure,
  onMessage,
  signal
}: ToMake): Promise<SplitManifest | undefined> {
  const {workspace} = store;
  const {place} = workspace;
  const before = await splitAsked(store, version.dataset, asked);
  const roles = dividingRoles(spec, version);
  if (before?.roles && !sameRoles(before.roles, roles)) return undefined;
  for (const key of [datasetKey(version.dataset), versionKey(version)]) await place.sweep(key);
  const rows = await versionRows(workspace, version);
  const compare = version.text !== undefined && (measure || spec.strategy === "cluster");
  if (compare) onMessage?.(`looking for near-duplicates among ${version.rows} rows`);
  const near = compare ? await nearDuplicates(store, version, spec.near) : undefined;
  signal?.throwIfAborted();
  const split = before ?? (await keepParts(store, asked, {spec, version, rows, near}));
  if (before) await place.sweep(splitKey(before));
  const assigned = (await splitParts(workspace, split))!;
  const manifest: SplitManifest = {...split, roles, labels: undefined, labelsOf: undefined};
  if (measure) {
    onMessage?.(
      `measuring the split: comparing the texts of ${version.rows} rows, in meaning too where an encoder is installed`
    );
    manifest.measures = {...(await measureSplit(store, version, rows, assigned, {near, onMessage, signal}))};
  }
  await writeHeldOut(store, workspace, manifest, {rows, parts: assigned, text: version.text});
  // What this split holds out is told by the labels of no other either. Before it is there: a start that is killed
  // in between begins again.
  if (manifest.counts["held-out"])
    for (const other of await readSplits(workspace, version.dataset))
      if (other.id !== manifest.id && other.labels) {
        await place.sweep(splitKey(other));
        await writeSplit(workspace, {...other, ...(await openLabels(store, other))});
      }
  await writeSplit(workspace, {...manifest, ...(await openLabels(store, manifest))});
  store.refresh();
  const note = before ? undefined : heldOutNote(manifest);
  if (note !== undefined) onMessage?.(note);
  return (await readSplit(workspace, manifest))!;
}

/** Divides the rows anew and keeps which part each belongs to. */
async function keepParts(store: Store, asked: string, assigned: ToAssign): Promise<SplitManifest> {
  const {place, tmpDir} = store.workspace;
  const file = temporaryPath(join(tmpDir, "parts.parquet"));
  try {
    const split = await newSplit(store, file, asked, assigned);
    await place.sweep(splitKey(split));
    await place.putFile(splitKey(split, "parts.parquet"), (path) => copyFile(file, path));
    return split;
  } finally {
    await rm(file, {force: true});
  }
}

/** Rows per part and class, without those held out; nothing where the version's rows are gone or it names no label. */
export async function openLabels(
  store: Store,
  split: SplitManifest
): Promise<Pick<SplitManifest, "labels" | "labelsOf">> {
  const version = await readVersion(store.workspace, {dataset: split.dataset, id: split.version});
  if (!version?.label || !(await hasRows(store.workspace, version))) return {};
  const parts = `(${await openParts(store.workspace, split)})`;
  const rows = await versionRows(store.workspace, version);
  return {labels: await labelCounts(store, version, rows, parts), labelsOf: version.label};
}

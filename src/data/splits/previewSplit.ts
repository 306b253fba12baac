import {rm} from "node:fs/promises";
import {join} from "node:path";
import {nearDuplicates} from "../datasets/index.js";
import {temporaryPath} from "../../base/system/index.js";
import {
  openRows,
  parquetFile,
  type SplitManifest,
  type Store,
  type VersionManifest,
  versionRows
} from "../../base/store/index.js";
import {ensureSplit, type EnsureSplitOptions} from "./ensureSplit.js";
import {hashOfDivided, splitAsked} from "./identity.js";
import {labelCounts, measureSplit} from "./measure.js";
import {assertSplits, newSplit} from "./newSplit.js";
import type {SplitSpec} from "./spec.js";

/**
 * The split that `ensureSplit` would make of a version by a spec, measured, where it is not made yet: nothing of it is kept, and no
 * row is held out by it.
 */
export async function previewSplit(
  store: Store,
  version: VersionManifest,
  spec: SplitSpec,
  {onMessage}: Pick<EnsureSplitOptions, "onMessage"> = {}
): Promise<SplitManifest> {
  assertSplits(spec, version);
  const asked = await hashOfDivided(store, version, spec);
  if (await splitAsked(store, version.dataset, asked)) return ensureSplit(store, version, spec, {onMessage});
  const {workspace} = store;
  const rows = await versionRows(workspace, version);
  const near = version.text === undefined ? undefined : await nearDuplicates(store, version, spec.near);
  const file = temporaryPath(join(workspace.tmpDir, "parts.parquet"));
  try {
    const split = await newSplit(store, file, asked, {spec, version, rows, near});
    const parts = parquetFile(file);
    split.measures = {...(await measureSplit(store, version, rows, parts, {near, onMessage}))};
    if (version.label) {
      const open = `(${await openRows(workspace, version)})`;
      split.labels = await labelCounts(store, version, open, parts);
      split.labelsOf = version.label;
    }
    return split;
  } finally {
    await rm(file, {force: true});
  }
}

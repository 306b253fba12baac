import {UserError} from "../../base/validation/index.js";
import {
  type Database,
  parquetFile,
  type SplitManifest,
  type Store,
  type VersionManifest
} from "../../base/store/index.js";
import type {ToAssign} from "./assignParts.js";
import {dividingRoles} from "./dividing.js";
import {divideRows} from "./divideRows.js";
import {drawnHash, nearSettings} from "./identity.js";
import type {SplitSpec} from "./spec.js";
import {assertSplit} from "./specSchema.js";

/** Throws UserError for a spec that no split of a version can be made by. */
export function assertSplits(spec: SplitSpec, version: VersionManifest): void {
  assertSplit(spec);
  if (typeof spec.rolling === "number" && spec.rolling > version.rows)
    throw new UserError(
      `split ${spec.name ?? spec.strategy}: ${version.dataset} has ${version.rows} rows, too few for ${spec.rolling} windows.`
    );
  if (spec.rolling !== undefined && spec.window === undefined)
    throw new Error("a rolling spec is many splits: take one of rollingWindows(spec)");
}

/**
 * Divides a version's rows into `file`, a Parquet of row_id, part and group_key, and gives the split's record, without measures
 * and labels. Nothing of it is in the store.
 * @param asked the hash of what is asked for
 */
export async function newSplit(
  store: Store,
  file: string,
  asked: string,
  assigned: ToAssign
): Promise<SplitManifest> {
  const {spec, version} = assigned;
  const {name, seed, strategy, near, ...settings} = spec;
  const heldOut = await divideRows(store, file, assigned);
  const sha256 = heldOut ? drawnHash(asked, heldOut) : asked;
  return {
    kind: "split",
    schemaVersion: 1,
    id: sha256.slice(0, 16),
    sha256,
    asked: heldOut && asked,
    heldOut,
    name: name ?? strategy,
    dataset: version.dataset,
    version: version.id,
    strategy,
    settings: {...settings, near: nearSettings(strategy, near)},
    seed: seed ?? "assay",
    counts: await partCounts(store, spec, version, parquetFile(file)),
    roles: dividingRoles(spec, version),
    measures: {},
    madeAt: new Date().toISOString()
  };
}

async function partCounts(
  db: Database,
  spec: SplitSpec,
  version: VersionManifest,
  assigned: string
): Promise<Record<string, number>> {
  const found = await db.rows<{part: string | null; n: number}>(
    `select part, count(*)::int as n from ${assigned} group by part order by part`
  );
  const unknown = found.find((row) => row.part === null);
  if (unknown)
    throw new UserError(
      `split ${spec.name ?? spec.strategy}: ${unknown.n} rows of ${version.dataset}@${version.id} got no part. Column "${spec.column}" must hold train, validation, test or held-out.`
    );
  return Object.fromEntries(found.map(({part, n}) => [part!, n]));
}

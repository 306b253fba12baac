import {nearDuplicates, nearDuplicateSettings, type NearDuplicateSettings} from "../datasets/index.js";
import {
  type Database,
  hashJson,
  readSplit,
  splitKey,
  type SplitManifest,
  splitParts,
  type Store,
  UserError,
  type VersionManifest,
  versionRows,
  writeSplit
} from "../store/index.js";
import {assignParts} from "./assignParts.js";
import {currentMeasures} from "./currentMeasures.js";
import {labelCounts, measureSplit} from "./measure.js";
import {refuseOlderNames} from "./shares.js";
import type {SplitSpec} from "./spec.js";

/** What a split's id is made of beside the version; raise a strategy's number when its assignment changes. */
const ASSIGNMENT: Partial<Record<SplitSpec["strategy"], number>> = {"stratified-group": 2};

/**
 * The split of a version by a spec: read from the store, or made once. What counts as a near-duplicate is part of its
 * identity, since it says what was measured; a split that was measured by an older edition is measured again.
 */
export async function ensureSplit(
  store: Store,
  version: VersionManifest,
  spec: SplitSpec
): Promise<SplitManifest> {
  refuseOlderNames(spec);
  const {name, seed, strategy, near: given, ...settings} = spec;
  const {heldOut, ...identifying} = settings;
  if (spec.rolling !== undefined && spec.window === undefined)
    throw new Error("a rolling spec is many splits: take one of rollingWindows(spec)");
  const near = nearSettings(strategy, given);
  const sha256 = hashJson({
    version: version.sha256,
    strategy,
    // The name that splits of earlier workspaces were identified by.
    settings: {...identifying, sealed: heldOut, near},
    seed: seed ?? "assay",
    assignment: ASSIGNMENT[strategy] ?? 1
  });
  const id = sha256.slice(0, 16);
  const {workspace} = store;
  const own = {dataset: version.dataset, id};
  const current = async () => {
    const found = await readSplit(workspace, own);
    return found && currentMeasures(found).edition !== undefined ? found : undefined;
  };
  const ready = await current();
  if (ready) return ready;
  return workspace.lease(
    `split-${version.dataset}-${id}`,
    {what: `splitting ${version.dataset}`, waitMs: 120_000},
    async () => {
      const meanwhile = await current();
      if (meanwhile) return meanwhile;
      const before = await readSplit(workspace, own);
      const rows = await versionRows(workspace, version);
      const duplicates = version.text ? await nearDuplicates(store, version, given) : undefined;
      if (!before)
        await workspace.place.putFile(splitKey(own, "parts.parquet"), (path) =>
          assignParts(store, spec, version, rows, path, duplicates)
        );
      const assigned = (await splitParts(workspace, own))!;
      const manifest: SplitManifest = {
        kind: "split",
        schemaVersion: 1,
        id,
        sha256,
        name: name ?? strategy,
        dataset: version.dataset,
        version: version.id,
        strategy,
        settings: {...settings, near},
        seed: seed ?? "assay",
        counts: await partCounts(store, spec, version, assigned),
        labels: version.label ? await labelCounts(store, version, rows, assigned) : undefined,
        madeAt: new Date().toISOString(),
        ...before,
        measures: {...(await measureSplit(store, version, rows, assigned, duplicates))}
      };
      await writeSplit(workspace, manifest);
      await store.refresh();
      return manifest;
    }
  );
}

/** Those by default only where they decide the parts: so splits made before keep their ids. */
function nearSettings(
  strategy: SplitSpec["strategy"],
  given: SplitSpec["near"]
): Required<NearDuplicateSettings> | undefined {
  const near = nearDuplicateSettings(given);
  return strategy === "cluster" || hashJson(near) !== hashJson(nearDuplicateSettings()) ? near : undefined;
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

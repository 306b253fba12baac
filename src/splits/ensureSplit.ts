import {nearDuplicates, nearDuplicateSettings, type NearDuplicateSettings} from "../datasets/index.js";
import {
  type Database,
  datasetKey,
  type ColumnRoles,
  hashJson,
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
  UserError,
  versionKey,
  type VersionManifest,
  versionRows,
  writeHeldOut,
  writeSplit
} from "../store/index.js";
import {groupColumn} from "./assign.js";
import {assignParts} from "./assignParts.js";
import {isRetold} from "./columnText.js";
import {currentMeasures} from "./currentMeasures.js";
import {dividingRoles, isDividedSo} from "./dividing.js";
import {labelCounts, measureSplit} from "./measure.js";
import type {SplitSpec} from "./spec.js";
import {assertSplit} from "./specSchema.js";
import {cutsByShares} from "./temporal.js";

/** What a split's id is made of beside the version; raise a strategy's number when its assignment changes. */
function assignmentOf(spec: SplitSpec, version: VersionManifest): number {
  const {strategy} = spec;
  const dividing = [
    /group|cluster/.test(strategy) ? groupColumn(spec, version) : undefined,
    strategy === "stratified-group" ? version.label : undefined
  ];
  const retold = dividing.some((column) => column !== undefined && isRetold(version, column));
  return (/^stratified/.test(strategy) || cutsByShares(spec) ? 2 : 1) + Number(retold);
}

export interface EnsureSplitOptions {
  /** False leaves the measures of a new split to whoever needs it next: texts are compared and embedded for them. */
  measure?: boolean;
  /** Told what long work begins. */
  onMessage?(text: string): void;
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
  {measure = true, onMessage}: EnsureSplitOptions = {}
): Promise<SplitManifest> {
  assertSplit(spec);
  if (typeof spec.rolling === "number" && spec.rolling > version.rows)
    throw new UserError(
      `split ${spec.name ?? spec.strategy}: ${version.dataset} has ${version.rows} rows, too few for ${spec.rolling} windows.`
    );
  const {name, seed, strategy, near: given, ...settings} = spec;
  if (spec.rolling !== undefined && spec.window === undefined)
    throw new Error("a rolling spec is many splits: take one of rollingWindows(spec)");
  const near = nearSettings(strategy, given);
  const {workspace} = store;
  const sha256 = await hashOfDivided(store, version, spec);
  const id = sha256.slice(0, 16);
  const own = {dataset: version.dataset, id};
  const roles = dividingRoles(spec, version);
  const current = async () => {
    const found = await readSplit(workspace, own);
    if (!found || (measure && currentMeasures(found).edition === undefined)) return undefined;
    const isSaid = found.roles && sameRoles(found.roles, roles) && found.labelsOf === version.label;
    return isSaid || !(await hasRows(workspace, version)) ? found : undefined;
  };
  const ready = await current();
  if (ready) return {...ready, name: name ?? strategy};
  const made = await workspace.lease(
    `split-${version.dataset}-${id}`,
    {what: `splitting ${version.dataset}`, waitMs: 120_000},
    async () => {
      const meanwhile = await current();
      if (meanwhile) return meanwhile;
      for (const key of [datasetKey(version.dataset), splitKey(own), versionKey(version)])
        await workspace.place.sweep(key);
      const before = await readSplit(workspace, own);
      // Another process, which knows the columns by other roles, has taken the id meanwhile.
      if (before?.roles && !sameRoles(before.roles, roles)) return undefined;
      const rows = await versionRows(workspace, version);
      const compare = version.text !== undefined && (measure || strategy === "cluster");
      if (compare) onMessage?.(`looking for near-duplicates among ${version.rows} rows`);
      const duplicates = compare ? await nearDuplicates(store, version, given) : undefined;
      if (!before)
        await workspace.place.putFile(splitKey(own, "parts.parquet"), (path) =>
          assignParts(store, path, {spec, version, rows, near: duplicates})
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
        madeAt: new Date().toISOString(),
        ...before,
        roles,
        labels: undefined,
        labelsOf: undefined,
        measures: before?.measures ?? {}
      };
      if (measure) {
        onMessage?.(
          `measuring the split: comparing the texts of ${version.rows} rows, in meaning too where an encoder is installed`
        );
        manifest.measures = {...(await measureSplit(store, version, rows, assigned, duplicates))};
      }
      await writeHeldOut(store, workspace, manifest, {rows, parts: assigned, text: version.text});
      // What this split holds out is told by the labels of no other either. Before it is there: a start that is killed
      // in between begins again.
      if (manifest.counts["held-out"])
        for (const other of await readSplits(workspace, version.dataset))
          if (other.id !== id && other.labels) {
            await workspace.place.sweep(splitKey(other));
            await writeSplit(workspace, {...other, ...(await openLabels(store, other))});
          }
      await writeSplit(workspace, {...manifest, ...(await openLabels(store, manifest))});
      store.refresh();
      return (await readSplit(workspace, own))!;
    }
  );
  return made ? {...made, name: name ?? strategy} : ensureSplit(store, version, spec, {measure, onMessage});
}

/**
 * The hash of the split that a spec asks for. The split that was made first has a hash without its columns' roles, as all
 * have had; while it stays, other roles give another.
 */
async function hashOfDivided(store: Store, version: VersionManifest, spec: SplitSpec): Promise<string> {
  const [plain, divided] = [splitHash(version, spec), splitHash(version, spec, dividingRoles(spec, version))];
  const at = (sha256: string) => ({dataset: version.dataset, id: sha256.slice(0, 16)});
  const first = await readSplit(store.workspace, at(plain));
  if (first) return (await isDividedSo(store, first, version, spec)) ? plain : divided;
  return (await readSplit(store.workspace, at(divided))) ? divided : plain;
}

/**
 * Whether a split is that of a version by a spec, with the roles that the version's columns have now.
 * @param split its record, or its id alone where that is gone
 */
export function isSplitBy(
  split: Pick<SplitManifest, "id" | "roles">,
  version: VersionManifest,
  spec: SplitSpec
): boolean {
  const roles = dividingRoles(spec, version);
  if (splitHash(version, spec, roles).startsWith(split.id)) return true;
  return splitHash(version, spec).startsWith(split.id) && (!split.roles || sameRoles(split.roles, roles));
}

/** SHA-256 over what identifies the split of a version by a spec; its id is the first 16 digits. */
function splitHash(version: VersionManifest, spec: SplitSpec, roles?: ColumnRoles): string {
  const {seed, strategy, near, heldOut, ...rest} = spec;
  return hashJson({
    version: version.sha256,
    strategy,
    // "sealed" is the name that splits of earlier workspaces were identified by.
    settings: {
      ...rest,
      name: undefined,
      sealed: heldOut,
      near: nearSettings(strategy, near)
    },
    seed: seed ?? "assay",
    assignment: assignmentOf(spec, version),
    roles
  });
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

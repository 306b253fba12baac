import {moduleVersion} from "../../base/fingerprint/index.js";
import {diffVersions, driftVerdict} from "../../data/datasets/index.js";
import {recognizersVersion} from "../../data/privacy/index.js";
import {hashJson} from "../../base/system/index.js";
import {
  heldOutRecords,
  hasRows,
  NEAR_DUPLICATES,
  openRows,
  readCached,
  type SplitManifest,
  type Store,
  versionKey,
  type VersionManifest,
  writeCached
} from "../../base/store/index.js";
import type {ConflictsView, DuplicatesView, Measured, VersionDetails} from "./dataTypes.js";
import {conflictingLabels, duplicateClusters} from "./duplicateClusters.js";
import {maskedExcerpts} from "./excerpts.js";
import {classCounts} from "./labelCounts.js";
import {rejectedRows, skippedLines} from "./rejectedRows.js";

/** Pages do not look for duplicates among more rows by themselves: that takes minutes. */
const MOST_ROWS = 2_000_000;

export interface DescribedVersion {
  version: VersionManifest;
  /** The version before it, when the store still has it. */
  before?: VersionManifest;
  newest: boolean;
  /** Whether masked words of rows may be shown; otherwise only ids and labels. */
  excerpts: boolean;
}

/**
 * What a version holds, without the rows that a split holds out. Computed once and kept in the store until the
 * version, the one before it, what is held out or the recognisers change. Undefined when its rows are gone.
 */
export async function versionDetails(
  store: Store,
  {version, before, newest, excerpts}: DescribedVersion,
  splits: readonly SplitManifest[]
): Promise<VersionDetails | undefined> {
  if (!(await hasRows(store.workspace, version))) return undefined;
  const earlier = before && (await hasRows(store.workspace, before)) ? before : undefined;
  const reason = await whyNotClustered(store, version, newest);
  const key = hashJson([
    moduleVersion(import.meta.url),
    recognizersVersion(),
    hashJson(version),
    earlier ? hashJson(earlier) : null,
    splits.filter(({counts}) => counts["held-out"]).map(({id, counts}) => [id, counts["held-out"]]),
    (await heldOutRecords(store.workspace, version.dataset)).map(({id, rows}) => [id, rows]),
    reason ?? null,
    excerpts
  ]);
  const name = `version-${version.dataset}-${version.id}`;
  const kept = await readCached<{key: string; details: VersionDetails}>(store.workspace, name);
  if (kept?.key === key) return kept.details;
  const details = await versionDetail(store, version, earlier, {notClustered: reason, excerpts});
  await writeCached(store.workspace, name, {key, details});
  return details;
}

async function versionDetail(
  store: Store,
  version: VersionManifest,
  before: VersionManifest | undefined,
  {notClustered, excerpts}: {notClustered: string | undefined; excerpts: boolean}
): Promise<VersionDetails> {
  const rows = `(${await openRows(store.workspace, version)})`;
  const {labelText, ...labels} = await classCounts(store, version, rows, excerpts);
  const excerptsOf = excerpts ? maskedExcerpts : () => Promise.resolve(new Map<string, string>());
  const diff = before && (await diffVersions(store, before, version));
  const skipped = await skippedLines(store, version);
  const clustered = async <T>(of: () => Promise<T>): Promise<Measured<T>> =>
    notClustered === undefined ? {measured: true, ...(await of())} : {measured: false, reason: notClustered};
  const duplicates = await clustered<DuplicatesView>(() =>
    duplicateClusters(store, version, rows, excerptsOf)
  );
  const conflicts: Measured<ConflictsView> = version.label
    ? await clustered(() => conflictingLabels(store, version, rows, labelText, excerptsOf))
    : {measured: false, reason: "the dataset names no label column"};
  return {
    version: version.id,
    ...labels,
    diff,
    drift: diff ? driftVerdict(diff) : undefined,
    rejected: await rejectedRows(store, version, {excerpts, excerptsOf}),
    skipped,
    duplicates,
    conflicts
  };
}

/** Why a page does not look for duplicates in a version; undefined when it does. */
async function whyNotClustered(
  store: Store,
  version: VersionManifest,
  newest: boolean
): Promise<string | undefined> {
  if (!version.text) return "the dataset names no text column";
  const files = await store.workspace.place.list(versionKey(version));
  if (files.some(({name}) => name.startsWith(NEAR_DUPLICATES) && name.endsWith(".json"))) return undefined;
  if (!newest) return "only the newest version and those with splits are looked through";
  return version.rows > MOST_ROWS
    ? `the version has ${version.rows} rows, and pages look through at most ${MOST_ROWS} by themselves`
    : undefined;
}

import {hashJson} from "../../system/hash.js";
import {remember} from "../../system/remember.js";
import type {VersionManifest} from "../records/version.js";
import type {Workspace} from "./kind.js";
import {readVersion, versionReference} from "./version.js";
import type {ColumnRoles, SplitManifest} from "../records/split.js";

/** Whether the same columns have the same roles. */
export function sameRoles(one: ColumnRoles, other: ColumnRoles): boolean {
  return hashJson(one) === hashJson(other);
}

/** The columns that a version's splits are measured by. */
export function measuredRoles({text, label, group}: VersionManifest): ColumnRoles {
  return {text, label, group};
}

/**
 * A split without what was measured and counted by other columns than its version names now: pulls of the same rows may change
 * the roles of columns.
 */
function withPresentRoles(split: SplitManifest, version: VersionManifest | undefined): SplitManifest {
  if (!version) return split;
  const present = {...split};
  const {roles} = split.measures as {roles?: ColumnRoles};
  if (roles && !sameRoles(roles, measuredRoles(version))) present.measures = {};
  if (split.labelsOf !== undefined && split.labelsOf !== version.label) delete present.labels;
  return present;
}

/** Splits as readers see them: without what is no longer so, and without what nobody may see. */
export async function asPresent(
  workspace: Pick<Workspace, "place">,
  splits: readonly SplitManifest[]
): Promise<SplitManifest[]> {
  const versionOf = remember(
    ({dataset, version}: SplitManifest) => versionReference(dataset, version),
    ({dataset, version}) => readVersion(workspace, {dataset, id: version})
  );
  const present: SplitManifest[] = [];
  for (const split of splits)
    present.push(withoutHeldOutLabels(withPresentRoles(split, await versionOf(split))));
  return present;
}

/** A label may be a row's own words: those of the held-out part, which splits of before have counted, are told nobody. */
function withoutHeldOutLabels(split: SplitManifest): SplitManifest {
  if (!split.labels?.["held-out"]) return split;
  const labels = {...split.labels};
  delete labels["held-out"];
  return {...split, labels};
}

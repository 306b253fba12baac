import {nearDuplicateSettings, type NearDuplicateSettings} from "../datasets/index.js";
import {hashJson} from "../../base/system/index.js";
import {
  type ColumnRoles,
  readSplit,
  readSplits,
  sameRoles,
  type SplitManifest,
  type Store,
  type VersionManifest
} from "../../base/store/index.js";
import {groupColumn} from "./assign.js";
import {isRetold} from "./columnText.js";
import {dividingRoles, isDividedSo} from "./dividing.js";
import type {SplitSpec} from "./spec.js";
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

/** SHA-256 over what identifies the split that a spec asks for of a version; its id is the first 16 digits. */
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

/**
 * The hash of the split that a spec asks for. The split that was made first has a hash without its columns' roles, as all
 * have had; while it stays, other roles give another.
 */
export async function hashOfDivided(
  store: Store,
  version: VersionManifest,
  spec: SplitSpec
): Promise<string> {
  const [plain, divided] = [splitHash(version, spec), splitHash(version, spec, dividingRoles(spec, version))];
  const first = await splitAsked(store, version.dataset, plain);
  if (first) return (await isDividedSo(store, first, version, spec)) ? plain : divided;
  return (await splitAsked(store, version.dataset, divided)) ? divided : plain;
}

/** The stored split that was asked for by a hash of `hashOfDivided`, whatever the store had held out before it. */
export async function splitAsked(
  {workspace}: Pick<Store, "workspace">,
  dataset: string,
  sha256: string
): Promise<SplitManifest | undefined> {
  const own = await readSplit(workspace, {dataset, id: sha256.slice(0, 16)});
  return own ?? (await readSplits(workspace, dataset)).find(({asked}) => asked === sha256);
}

/** The hash of a split whose held-out part is another than the rows and the spec alone give. */
export function drawnHash(asked: string, heldOut: {sha256: string}): string {
  return hashJson({asked, heldOut: heldOut.sha256});
}

/**
 * Whether a split is that of a version by a spec, with the roles that the version's columns have now.
 * @param split its record, or its id alone where that is gone
 */
export function isSplitBy(
  split: Pick<SplitManifest, "id" | "asked" | "roles">,
  version: VersionManifest,
  spec: SplitSpec
): boolean {
  const roles = dividingRoles(spec, version);
  const asked = split.asked ?? split.id;
  if (splitHash(version, spec, roles).startsWith(asked)) return true;
  return splitHash(version, spec).startsWith(asked) && (!split.roles || sameRoles(split.roles, roles));
}

/** Those by default only where they decide the parts: so splits made before keep their ids. */
export function nearSettings(
  strategy: SplitSpec["strategy"],
  given: SplitSpec["near"]
): Required<NearDuplicateSettings> | undefined {
  const near = nearDuplicateSettings(given);
  return strategy === "cluster" || hashJson(near) !== hashJson(nearDuplicateSettings()) ? near : undefined;
}

import {UserError} from "../../base/validation/index.js";
import type {Store, VersionManifest} from "../../base/store/index.js";

/** What is said where a version of a dataset is needed and none was pulled. */
export function noVersion(dataset: string): UserError {
  return new UserError(`the store has no version of ${dataset} yet. Run \`assay pull ${dataset}\`.`);
}

/**
 * The version a person means: a whole id, the beginning of one, or "latest". `name` may say it, too: NAME@VERSION. An error
 * lists what there is.
 */
export async function findVersion(store: Store, name: string, asked?: string): Promise<VersionManifest> {
  const [dataset, own] = name.split("@") as [string, string | undefined];
  if (own !== undefined && asked !== undefined && own !== asked)
    throw new UserError(`two versions are named: ${name} and ${asked}. Give one.`);
  const wanted = own ?? asked ?? "latest";
  const versions = await store.versions(dataset);
  if (versions.length === 0) throw noVersion(dataset);
  if (wanted === "latest") return (await store.latestVersion(dataset)) ?? versions.at(-1)!;
  const found = versions.filter(({id}) => id.startsWith(wanted));
  if (found.length === 1) return found[0]!;
  throw new UserError(
    `${JSON.stringify(wanted)} names ${found.length === 0 ? "no version" : `${found.length} versions`} of ${dataset}. It has ${versions.map(({id}) => id).join(", ")}.`
  );
}

/** The two versions to compare; without names the newest one and the one before it that the store still has. */
export async function versionPair(
  store: Store,
  dataset: string,
  before?: string,
  after?: string
): Promise<{before: VersionManifest; after: VersionManifest}> {
  const newer = await findVersion(store, dataset, after);
  if (before !== undefined) return {before: await findVersion(store, dataset, before), after: newer};
  const versions = await store.versions(dataset);
  const older =
    versions.find(({id}) => id === newer.parent) ??
    versions
      .slice(
        0,
        versions.findIndex(({id}) => id === newer.id)
      )
      .at(-1);
  if (!older)
    throw new UserError(
      `${dataset}@${newer.id} has no version before it in the store. Name two versions, or pull again when the source has changed.`
    );
  return {before: older, after: newer};
}

import {join} from "node:path";
import {UserError} from "../../base/validation/index.js";
import {writeJsonAtomic} from "../../base/system/index.js";
import {
  type HeldLease,
  type StagedFolder,
  type VersionManifest,
  versionKey,
  type Workspace
} from "../../base/store/index.js";

/**
 * Writes a version's manifest into its stage, and puts the whole into the store. Throws UserError when the lease was lost, or
 * the store has a folder without a manifest there.
 * @param verb what to do again then
 */
export async function commitVersion(
  {place}: Pick<Workspace, "place">,
  {stage, held}: {stage: StagedFolder; held: HeldLease},
  version: VersionManifest,
  verb: "pull" | "import"
): Promise<void> {
  const {dataset, id} = version;
  await writeJsonAtomic(join(stage.folder, "manifest.json"), version);
  await held.confirm();
  if (!(await stage.commit(versionKey({dataset, id}))))
    throw new UserError(
      `${dataset}@${id} has a folder without a manifest in ${place.name}. Remove it, then ${verb} again.`
    );
}

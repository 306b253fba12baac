import {hashJson} from "../../base/system/index.js";
import {readVersion, recordsOf, versionKind, type Workspace, writeVersion} from "../../base/store/index.js";
import {sourceWithoutSecrets} from "./sources/index.js";

/** Takes keys and passwords of addresses out of the records of a dataset's versions: they were once kept there. */
export async function forgetSecrets(workspace: Workspace, dataset: string): Promise<void> {
  for await (const {id} of recordsOf(workspace, versionKind, {dataset})) {
    const version = await readVersion(workspace, {dataset, id});
    if (!version?.source) continue;
    const source = sourceWithoutSecrets(version.source);
    if (hashJson(source) !== hashJson(version.source)) await writeVersion(workspace, {...version, source});
  }
}

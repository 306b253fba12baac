import {latestVersion, pointToLatest, type Workspace} from "../../../base/store/index.js";
import type {DatasetDefinition} from "../define.js";
import {isSameOrigin, originOf} from "./originOf.js";

/** A source with a fingerprint names no files. */
const NO_FILES = {rows: async () => []};

/** Keeps the record of the newest version whole where its source was not read, since its fingerprint is the same. */
export async function noteOrigin(
  workspace: Workspace,
  definition: DatasetDefinition,
  fingerprint: string | undefined
): Promise<void> {
  const origin = await originOf(NO_FILES, workspace.project, definition, fingerprint);
  const latest = await latestVersion(workspace, definition.name);
  if (latest && latest.earlier === undefined && !isSameOrigin(latest, origin))
    await pointToLatest(workspace, definition.name, {...latest, origin});
}

import {
  type Database,
  type Latest,
  type Origin,
  latestVersion,
  pointToLatest,
  type Workspace
} from "../../../base/store/index.js";
import {hashJson} from "../../../base/system/index.js";
import type {DatasetDefinition} from "../define.js";
import {definitionHash} from "./definitionHash.js";
import {originFiles} from "./originFiles.js";

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

/**
 * What a pull that is to begin makes its version of. To be asked before the source is read: an edit during the pull then
 * counts as one after it. Undefined where it cannot be told, which the pull itself may still say.
 */
export async function originOf(
  db: Pick<Database, "rows">,
  project: string,
  definition: DatasetDefinition,
  fingerprint: string | undefined
): Promise<Origin | undefined> {
  try {
    return {
      definition: definitionHash(definition, project),
      files: await originFiles(db, project, definition.source),
      fingerprint: fingerprint === undefined ? undefined : hashJson(fingerprint)
    };
  } catch {
    return undefined;
  }
}

export function isSameOrigin(latest: Latest, origin: Origin | undefined): boolean {
  return hashJson(latest.origin ?? null) === hashJson(origin ?? null);
}

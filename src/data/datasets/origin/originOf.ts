import {hashJson} from "../../../base/system/index.js";
import type {Database, Latest, Origin} from "../../../base/store/index.js";
import type {DatasetDefinition} from "../define.js";
import {definitionHash} from "./definitionHash.js";
import {originFiles} from "./originFiles.js";

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

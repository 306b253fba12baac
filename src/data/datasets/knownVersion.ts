import {hashJson} from "../../base/system/index.js";
import {
  hasRows,
  latestVersion,
  readVersion,
  type VersionManifest,
  type Workspace
} from "../../base/store/index.js";
import type {DatasetDefinition} from "./define.js";
import {statedFilters} from "./filters/index.js";
import type {Redactor} from "./redactor.js";

/** What a pull would read and do, when the source can tell by its `fingerprint` without being read. */
export function sourceKeyOf(
  definition: DatasetDefinition,
  redactor: Redactor | undefined,
  fingerprint: string | undefined
): string | undefined {
  if (fingerprint === undefined) return undefined;
  const {filters, ...rest} = definition;
  return hashJson({
    ...rest,
    source: undefined,
    filters: statedFilters(filters),
    redaction: redactor?.fingerprint,
    fingerprint
  });
}

/** The newest version, when it was made of what `sourceKey` says and its rows are still there. */
export async function knownVersion(
  workspace: Workspace,
  name: string,
  sourceKey: string
): Promise<VersionManifest | undefined> {
  const latest = await latestVersion(workspace, name);
  if (latest?.sourceKey !== sourceKey) return undefined;
  const version = {dataset: name, id: latest.version};
  return (await hasRows(workspace, version)) ? readVersion(workspace, version) : undefined;
}

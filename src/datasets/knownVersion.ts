import {
  hashJson,
  hasRows,
  latestVersion,
  readVersion,
  type VersionManifest,
  type Workspace
} from "../store/index.js";
import type {DatasetDefinition} from "./define.js";
import type {Redactor} from "./redaction.js";

/** What a pull would read and do, when the source can tell without being read. */
export async function sourceKeyOf(
  definition: DatasetDefinition,
  redactor: Redactor | undefined
): Promise<string | undefined> {
  const {source, ...rest} = definition;
  if (source.kind !== "rows" || !source.fingerprint) return undefined;
  const redaction = redactor ? {redaction: redactor.fingerprint} : {};
  return hashJson({...rest, ...redaction, fingerprint: await source.fingerprint()});
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

import {inParallel} from "../../../base/system/index.js";
import {
  type Database,
  type Latest,
  latestVersion,
  type Origin,
  type OriginFile,
  type Workspace
} from "../../../base/store/index.js";
import type {DatasetDefinition} from "../define.js";
import {rowsFingerprint} from "../sources/index.js";
import {definitionHash} from "./definitionHash.js";
import {filesByPath, isSameFile} from "./originFiles.js";
import {isSameFingerprint} from "./sameFingerprint.js";

/** What differs from what a version was made of. */
interface OriginChange {
  definition: boolean;
  fingerprint: boolean;
  changed: string[];
  added: string[];
  gone: string[];
}

/**
 * What is to be said where the newest version of a dataset is used and its source or definition is no more what it was pulled
 * of; undefined where nothing changed, and where that cannot be told. Never throws: it keeps nothing from running.
 */
export async function sourceChange(
  db: Pick<Database, "rows">,
  workspace: Workspace,
  definition: DatasetDefinition
): Promise<string | undefined> {
  try {
    const latest = await latestVersion(workspace, definition.name);
    if (typeof latest?.origin?.definition !== "string") return undefined;
    return changeText(
      definition.name,
      latest,
      await changeOf(db, workspace.project, definition, latest.origin)
    );
  } catch {
    return undefined;
  }
}

async function changeOf(
  db: Pick<Database, "rows">,
  project: string,
  definition: DatasetDefinition,
  origin: Origin
): Promise<OriginChange> {
  const files = origin.files && (await fileChanges(db, project, definition, origin.files));
  return {
    definition: definitionHash(definition, project) !== origin.definition,
    fingerprint: !(await isSameFingerprint(rowsFingerprint(definition.source), origin.fingerprint)),
    changed: files?.changed ?? [],
    added: files?.added ?? [],
    gone: files?.gone ?? []
  };
}

/** Only files that the definition names are looked at: a path that the record alone has is never opened. */
async function fileChanges(
  db: Pick<Database, "rows">,
  project: string,
  {source}: DatasetDefinition,
  noted: readonly OriginFile[]
): Promise<Pick<OriginChange, "changed" | "added" | "gone">> {
  const found = await filesByPath(db, project, source);
  const states = await inParallel(noted, async (one) => {
    const file = found.get(one.path);
    if (file === undefined) return "gone";
    return isSameFile(one, file).then(
      (same) => (same ? "same" : "changed"),
      () => "gone"
    );
  });
  const pathsIn = (state: string) => noted.filter((_, i) => states[i] === state).map(({path}) => path);
  const known = new Set(noted.map(({path}) => path));
  return {
    changed: pathsIn("changed"),
    added: [...found.keys()].filter((path) => !known.has(path)),
    gone: pathsIn("gone")
  };
}

function changeText(dataset: string, {version, pulledAt}: Latest, change: OriginChange): string | undefined {
  const {definition, fingerprint, changed, added, gone} = change;
  const source = [
    ...said(changed, "has changed", "have changed"),
    ...said(added, "is new", "are new"),
    ...said(gone, "has gone or cannot be read", "have gone or cannot be read"),
    ...(fingerprint ? ["the fingerprint of its source has changed"] : [])
  ];
  const all = definition ? ["its definition has changed", ...source] : source;
  if (all.length === 0) return undefined;
  const on = pulledAt === undefined ? "" : ` on ${pulledAt.slice(0, 10)}`;
  const next = source.length > 0 ? "makes a new one" : "applies it";
  return `${dataset}: ${all.join(", ")} since it was pulled${on}; version ${version.slice(0, 8)} is used. \`assay pull ${dataset}\` ${next}.`;
}

const NAMED = 3;

function said(paths: readonly string[], one: string, several: string): string[] {
  if (paths.length === 0) return [];
  if (paths.length === 1) return [`${paths[0]} ${one}`];
  const more = paths.length - NAMED;
  const names = paths.slice(0, NAMED).join(", ");
  return [more > 0 ? `${names} and ${more} more ${several}` : `${names} ${several}`];
}

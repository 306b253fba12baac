import {stat} from "node:fs/promises";
import {isAbsolute, relative, resolve} from "node:path";
import {type Database, sqlPath, sqlString} from "../../../base/store/index.js";
import {isUrl} from "./address.js";
import type {Source} from "./index.js";

export interface LocalFile {
  path: string;
  /** As it is named, or below the project's folder where a pattern found it. */
  name: string;
}

/** The file of a name, else those that it matches as a pattern, in order; none where there is neither. */
export async function localFiles(
  db: Pick<Database, "rows">,
  project: string,
  name: string
): Promise<LocalFile[]> {
  const path = resolve(project, name);
  if ((await stat(path).catch(() => undefined))?.isFile()) return [{path, name}];
  if (!/[*?[]/.test(name)) return [];
  // Only the name is a pattern, not the folder that the project happens to lie in.
  const escaped = sqlPath(project + "/").slice(1, -1);
  const pattern = isAbsolute(name) ? sqlString(name) : `'${escaped}${sqlString(name).slice(1)}`;
  const matched = await db.rows<{file: string}>(`select file from glob(${pattern}) order by file`);
  return matched.map(({file}) => ({path: file, name: relative(project, file)}));
}

/** The files and patterns of this machine that a source names. */
export function localNames(source: Source): string[] {
  if (source.kind === "sqlite") return [source.file];
  if (source.kind !== "files" && source.kind !== "log" && source.kind !== "langsmith") return [];
  return [source.files].flat().filter((name) => !isUrl(name));
}

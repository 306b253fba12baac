import {existsSync} from "node:fs";
import {join} from "node:path";
import {readExports, readVersions, type Workspace} from "../../base/store/index.js";

/** What is known of versions that the store had of a dataset and has no more. */
export interface Gone {
  /** Whether there are any: a version that stands was made after one, or an export was made of one. */
  any: boolean;
  /** Exports and the built site that stand and may hold rows of them. */
  copies: string[];
}

/** Looks for versions that `gc` removed, and for what was made of them. Exports of versions that stand are left out. */
export async function goneVersions(workspace: Workspace, dataset: string): Promise<Gone> {
  const versions = await readVersions(workspace, dataset);
  const standing = new Set(versions.map(({id}) => id));
  const isGone = (id: string | undefined) => id !== undefined && !standing.has(id);
  const exports = (await readExports(workspace)).filter(
    (one) => one.dataset === null || one.dataset === dataset
  );
  const any = versions.some(({parent}) => isGone(parent)) || exports.some(({version}) => isGone(version));
  if (!any) return {any, copies: []};
  const paths = exports
    .filter(({version}) => version === undefined || isGone(version))
    .map(({path}) => path)
    .sort();
  return {any, copies: [...paths, join(workspace.project, "dist")].filter((path) => existsSync(path))};
}

/** For a person: what a condition that no row meets leaves undone when versions are gone. */
export const MAY_RETURN =
  "Versions of it are gone and cannot be asked. Rows that only they had have no tombstone: if the source brings them again, the next pull " +
  "takes them. Purge them by their ids (--where \"row_id in ('…')\"), leave them out in the loader's `sql` (what `filters` drop is kept " +
  "beside the version), or purge again once they were pulled.";

/** For a person: the copies, and what to do about each. */
export function goneText({any, copies}: Gone): string[] {
  if (!any) return [];
  return [
    ...copies.map(
      (path) =>
        `NOT erased: ${path}, which may hold rows of versions that are gone; remove it, or make it again.`
    ),
    MAY_RETURN
  ];
}

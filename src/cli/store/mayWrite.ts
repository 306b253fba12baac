import {stat} from "node:fs/promises";
import {UserError} from "../../base/validation/index.js";
import {sha256} from "../../base/system/index.js";
import {readCached, type Workspace, writeCached} from "../../base/store/index.js";

/**
 * Throws a UserError that names every file that is there already, unless `noteWritten` noted it as it is or it may be
 * overwritten, and every folder in the place of a file.
 */
export async function assertMayWrite(
  workspace: Workspace,
  files: readonly string[],
  overwrite = false
): Promise<void> {
  const found: string[] = [];
  for (const file of files) {
    const there = await stat(file).catch(() => undefined);
    if (!there) continue;
    if (there.isDirectory()) throw new UserError(`${file} is a folder: name the file to write.`);
    if (overwrite) continue;
    const written = await readCached<Written>(workspace, keyOf(file));
    if (written?.size !== there.size || written.mtimeMs !== there.mtimeMs) found.push(file);
  }
  if (found.length === 0) return;
  const are =
    found.length > 1
      ? "are there already, and are not as Assay wrote them"
      : "is there already, and is not as Assay wrote it";
  throw new UserError(
    `${found.join(", ")} ${are}. Choose another place, or replace ${found.length > 1 ? "them" : "it"} with --overwrite. Nothing was written.`
  );
}

interface Written {
  size: number;
  mtimeMs: number;
}

/** Notes a file that may be written again. */
export async function noteWritten(workspace: Workspace, file: string): Promise<void> {
  const {size, mtimeMs} = await stat(file);
  await writeCached(workspace, keyOf(file), {size, mtimeMs});
}

const keyOf = (path: string) => `written-at-${sha256(path).slice(0, 24)}`;

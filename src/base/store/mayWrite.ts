import {stat} from "node:fs/promises";
import {UserError} from "../validation/index.js";
import {sha256} from "../system/index.js";
import {readCached, writeCached} from "./kinds/cache.js";
import type {Workspace} from "./kinds/kind.js";

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
    const written = await readCached<{size: number; mtimeMs: number}>(workspace, writtenKey(file));
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

/** Notes a file that may be written again. */
export async function noteWritten(workspace: Workspace, file: string): Promise<void> {
  const {size, mtimeMs} = await stat(file);
  await writeCached(workspace, writtenKey(file), {size, mtimeMs});
}

const writtenKey = (path: string) => `written-at-${sha256(path).slice(0, 24)}`;

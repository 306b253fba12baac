import {realpath, stat} from "node:fs/promises";
import {basename, dirname} from "node:path";
import {readCached, sha256, UserError, type Workspace, writeCached} from "../store/index.js";

/** The files of a conversion: what is written, and the folders that are read. */
export interface GgufPlaces {
  to: string;
  inputs: readonly string[];
}

/**
 * Throws a UserError where the file is there already, unless `noteWritten` noted it or it may be overwritten. A file of the
 * model that is converted never may.
 */
export async function assertMayWrite(
  workspace: Workspace,
  {to, inputs}: GgufPlaces,
  overwrite: boolean
): Promise<void> {
  const found = await stat(to).catch(() => undefined);
  if (!found) return;
  if (found.isDirectory())
    throw new UserError(`${to} is a folder: name the file to write, such as ${to}/model.gguf.`);
  const folder = dirname(await realpath(to));
  for (const input of inputs)
    if ((await realpath(input)) === folder && !to.endsWith(".gguf"))
      throw new UserError(
        `${to} is a file of the model that is converted. Choose another, such as ${basename(input)}.gguf.`
      );
  if (overwrite) return;
  const written = await readCached<Written>(workspace, keyOf(to));
  if (written?.size === found.size && written.mtimeMs === found.mtimeMs) return;
  throw new UserError(
    `${to} is there already, and is not as \`assay gguf\` wrote it. Choose another file, or replace it with --overwrite.`
  );
}

interface Written {
  size: number;
  mtimeMs: number;
}

/** Notes a file that may be written again. */
export async function noteWritten(workspace: Workspace, to: string): Promise<void> {
  const {size, mtimeMs} = await stat(to);
  await writeCached(workspace, keyOf(to), {size, mtimeMs});
}

const keyOf = (path: string) => `gguf-at-${sha256(path).slice(0, 24)}`;

import {statSync} from "node:fs";
import {stat} from "node:fs/promises";
import {UserError} from "../validation/errors.js";

/** Bytes of a file that is read whole as text; strings of JavaScript end at 512 MB. */
export const LONGEST_TEXT = 400 * 2 ** 20;

/** Throws UserError where something stands at a path that is no file: opening a pipe waits until somebody writes to it. */
export async function assertRegularFile(path: string): Promise<void> {
  refuseOther(path, await stat(path).catch(() => undefined));
}

/**
 * The same of a file that is read whole, which may also be too long for that. What the shell has opened already, as `<(…)` does, may be
 * a pipe.
 */
export async function assertTextFile(path: string): Promise<void> {
  if (OPENED.test(path)) return;
  const found = await stat(path).catch(() => undefined);
  refuseOther(path, found);
  if (found && found.size > LONGEST_TEXT)
    throw new UserError(
      `${path} has ${found.size} bytes; such files up to ${LONGEST_TEXT} bytes are read. Name the right file.`
    );
}

/** `assertRegularFile` for those who cannot wait. */
export function assertRegularFileSync(path: string): void {
  refuseOther(path, statSync(path, {throwIfNoEntry: false}));
}

const OPENED = /^\/(dev\/(stdin|fd\/\d+)|proc\/self\/fd\/\d+)$/;

function refuseOther(path: string, found: Awaited<ReturnType<typeof stat>> | undefined): void {
  if (!found || found.isFile()) return;
  const what = found.isDirectory() ? "a folder" : found.isFIFO() ? "a named pipe" : "a device or socket";
  throw new UserError(`${path} is ${what}, not a file. Put the file there, or name another.`);
}

import {stat} from "node:fs/promises";
import {UserError} from "../validation/errors.js";

/** Throws UserError where something stands at a path that is no file: opening a pipe waits until somebody writes to it. */
export async function assertRegularFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found || found.isFile()) return;
  const what = found.isDirectory() ? "a folder" : found.isFIFO() ? "a named pipe" : "a device or socket";
  throw new UserError(`${path} is ${what}, not a file. Put the file there, or name another.`);
}

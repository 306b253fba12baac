import {randomBytes} from "node:crypto";
import {writeSync} from "node:fs";
import {link, mkdir, open, readdir, readFile, readlink, rename, rm, stat, writeFile} from "node:fs/promises";
import {basename, dirname, isAbsolute, join, relative, resolve, sep} from "node:path";
import {UserError} from "../validation/errors.js";
import {type FileForm, readForm} from "../validation/fileForm.js";
import {processIsAlive} from "./process.js";

/**
 * A name for the half-written file beside `path`. The dot keeps globs from reading it, and the process id lets
 * `sweepTemporary` tell a dead writer's leftovers from a living one's work.
 */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`);
}

/**
 * Lets `write` fill a temporary file, flushes it to disk and renames it to `path`: readers see the old file or
 * the whole new one. On an error nothing is left behind.
 */
export async function writeAtomic(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = temporaryPath(path);
  try {
    await write(temporary);
    await flushFile(temporary);
    await rename(temporary, path);
    await flushFolder(dirname(path));
  } catch (error) {
    await rm(temporary, {force: true, recursive: true});
    throw namingTarget(error, temporary, path);
  }
}

const WRITES = /^(write|fsync|fdatasync|ftruncate)/;

/** An error of the system names the hidden file, or, of a write, none at all; a person knows the one that was to be written. */
export function namingTarget(error: unknown, temporary: string, path: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error.message.includes(temporary)) error.message = error.message.replaceAll(temporary, path);
  const failed = error as NodeJS.ErrnoException & {dest?: string};
  for (const place of ["path", "dest"] as const)
    if (failed[place]?.startsWith(temporary)) failed[place] = path + failed[place].slice(temporary.length);
  if (failed.path === undefined && WRITES.test(failed.syscall ?? "")) failed.path = path;
  return error;
}

/**
 * Makes a folder with those above it, where it is not there yet. Throws UserError that names what is in the way: a file, a link that
 * leads nowhere, a file system that has no room for folders. Node's `recursive` tries for ever in /proc and misnames links.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return assertFolder(path, error);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    await makeFolder(dirname(path));
    await makeLastFolder(path);
  }
}

/** A folder below one that is there. Another process may have made either in the meantime. */
async function makeLastFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return assertFolder(path, error);
    if (code !== "ENOENT") throw error;
    throw new UserError(`${path}: no folder can be made there. Name another place.`, {cause: error});
  }
}

async function assertFolder(path: string, cause: unknown): Promise<void> {
  if (await isFolder(path)) return;
  const target = await readlink(path).catch(() => undefined);
  if (target === undefined)
    throw new UserError(`${path} is a file where a folder is needed. Move it away, or name another place.`, {
      cause
    });
  throw new UserError(
    `${path} is a link to ${target}, which is no folder. Make that folder, or remove the link.`,
    {cause}
  );
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Resolves when what was written to the file is on disk. */
async function flushFile(path: string): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Without this a rename may be lost at a power cut. Not every file system lets a folder be opened. */
export async function flushFolder(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  if (!handle) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}

export async function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  await writeAtomic(path, async (temporary) => {
    const handle = await open(temporary, "w");
    try {
      await handle.writeFile(JSON.stringify(value, null, 2) + "\n");
    } finally {
      await handle.close();
    }
  });
}

/** The parsed file, or undefined when there is none. Broken JSON, or another form, is an error that names the file. */
export async function readJson<T extends object>(path: string, form?: FileForm<T>): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return form ? readForm(text, path, form) : parseJson<T>(text, path);
}

/** The value of a JSON text. Broken JSON is an error that says where it was. */
export function parseJson<T>(text: string, where: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new UserError(
      `${where} is not valid JSON (${(cause as Error).message}). Restore it from a copy, or remove its folder.`,
      {cause}
    );
  }
}

/** Joins names below `root` and refuses whatever would leave it. */
export function insideFolder(root: string, ...names: string[]): string {
  const base = resolve(root);
  const path = resolve(base, ...names);
  if (path !== base && !path.startsWith(base + sep))
    throw new UserError(`${JSON.stringify(names.join("/"))} leaves the folder ${base}. Use a plain name.`);
  return path;
}

/** Whether a path is a folder's own or lies below it; neither is looked up. */
export function isWithin(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return !isAbsolute(inside) && inside !== ".." && !inside.startsWith(`..${sep}`);
}

const TEMPORARY = /\.(\d+)\.[0-9a-f]{8}\.tmp$/;

/** Removes what dead processes left half-written in `folder` and everywhere below it, hidden folders too. */
export async function sweepBelow(folder: string): Promise<void> {
  await sweepTemporary(folder);
  for (const entry of await readdir(folder, {withFileTypes: true}).catch(() => []))
    if (entry.isDirectory()) await sweepBelow(join(folder, entry.name));
}

/** A right to remove a file (`asSoleRemover`) is held for milliseconds. */
const RIGHT = /\.removing$/;
const HOUR_MS = 3_600_000;

/** Puts a file where there is none, linked into place whole: nobody ever reads half of it. False where there is one. */
export async function putNew(path: string, content: Uint8Array | string): Promise<boolean> {
  const temporary = temporaryPath(path);
  try {
    await writeFile(temporary, content);
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw namingTarget(error, temporary, path);
  } finally {
    await rm(temporary, {force: true});
  }
}

/** Removes what dead processes left half-written in `folder` (not below it). */
export async function sweepTemporary(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    const pid = TEMPORARY.exec(name)?.[1];
    const isLeft = RIGHT.test(name) ? await isOld(join(folder, name)) : pid && !processIsAlive(Number(pid));
    if (isLeft) await rm(join(folder, name), {recursive: true, force: true});
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > HOUR_MS;
}

/** Writes the first `length` bytes at a position of a file: the system may take them in parts. */
export function writeWhole(fd: number, bytes: Uint8Array, length: number, position: number): void {
  for (let at = 0; at < length;) at += writeSync(fd, bytes, at, length - at, position + at);
}

/**
 * What the file system says of a file that tells whether it is still the same without reading it: where it lies on the
 * disk, its size, and when its content and its entry changed. The last cannot be set back, unlike the time of the content, which copying
 * and unpacking preserve. Throws when there is no file.
 */
export async function fileStamp(path: string): Promise<{bytes: number; stamp: string}> {
  const {dev, ino, size, mtimeNs, ctimeNs} = await stat(path, {bigint: true});
  return {bytes: Number(size), stamp: [dev, ino, size, mtimeNs, ctimeNs].join(" ")};
}

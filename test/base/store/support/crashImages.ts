import fs from "node:fs";
import promises from "node:fs/promises";
import {syncBuiltinESMExports} from "node:module";
import {join, relative, resolve} from "node:path";

/**
 * Imported before a command: keeps an image of the folder ASSAY_CRASH_PROJECT in ASSAY_CRASH_IMAGES before every
 * ASSAY_CRASH_STRIDE-th step that changes it, and of steps that are half done. An image is what is left when the process dies
 * there; it says who wrote it, and that process has ended when it is looked at.
 */
const project = process.env.ASSAY_CRASH_PROJECT!;
const images = process.env.ASSAY_CRASH_IMAGES!;
const stride = Number(process.env.ASSAY_CRASH_STRIDE);

type Call = (...args: unknown[]) => unknown;
const {cpSync, writeFileSync, appendFileSync, readdirSync, rmSync, statSync} = fs;
let steps = 0;
/** While Node's own code does a step: `writeFileSync` calls the `writeSync` below. */
let isChanging = false;

const isInside = (path: unknown): path is string =>
  typeof path === "string" && resolve(path).startsWith(project + "/");

function image(what: string, halfDone: (here: (path: string) => string) => void = () => undefined): void {
  if (isChanging || steps++ % stride !== 0) return;
  const name = String(steps).padStart(4, "0");
  const to = join(images, name);
  copyProject(to);
  halfDone((path) => join(to, relative(project, path)));
  writeFileSync(join(images, `${name}.txt`), what.replaceAll(`${project}/`, ""));
}

/** DuckDB writes in threads of its own: a file of it may have another name by the time it is copied. */
function copyProject(to: string, tries = 20): void {
  try {
    cpSync(project, to, {recursive: true});
  } catch (error) {
    if (tries === 0 || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    rmSync(to, {recursive: true, force: true});
    copyProject(to, tries - 1);
  }
}

const bytesOf = (data: unknown) =>
  typeof data === "string" ? Buffer.from(data) : Buffer.from(data as Uint8Array);
const halfOf = (data: unknown) => bytesOf(data).subarray(0, bytesOf(data).length >> 1);
const withoutLast = (data: unknown) => bytesOf(data).subarray(0, -1);

/** What a step leaves that was begun and not ended. */
const torn: Record<string, (...args: unknown[]) => void> = {
  writeFile(path, data) {
    image(`writeFile ${String(path)}, empty`, (here) => writeFileSync(here(path as string), ""));
    image(`writeFile ${String(path)}, half`, (here) => writeFileSync(here(path as string), halfOf(data)));
  },
  rm(path) {
    if (!statSync(path as string, {throwIfNoEntry: false})?.isDirectory()) return;
    for (const name of readdirSync(path as string))
      image(`rm ${String(path)}, without ${name}`, (here) =>
        rmSync(join(here(path as string), name), {recursive: true, force: true})
      );
  }
};

// A step is done before any other begins, so that no image shows a state that never was.
for (const name of ["mkdir", "rename", "link", "writeFile", "rm", "copyFile"] as const) {
  const real = promises[name] as Call;
  const now = fs[`${name}Sync`] as Call;
  const changed = (...args: unknown[]) => {
    image(`${name} ${args.filter((arg) => typeof arg === "string" && arg.startsWith("/")).join(" ")}`);
    torn[name]?.(...args);
    isChanging = true;
    try {
      return now(...args);
    } finally {
      isChanging = false;
    }
  };
  (promises as unknown as Record<string, Call>)[name] = async (...args) =>
    args.slice(0, 2).some(isInside) ? changed(...args) : real(...args);
}

const open = promises.open as Call;
(promises as unknown as Record<string, Call>).open = (...args) => {
  const isChange = args[1] !== undefined && args[1] !== "r" && args[1] !== "r+";
  if (isChange && isInside(args[0])) image(`open ${args[0]}`);
  return open(...args);
};

const {writeSync} = fs;
let writes = 0;
fs.writeSync = ((fd: number, buffer: Buffer, ...more: unknown[]) => {
  const [offset = 0, length = buffer.length - Number(offset)] = more as number[];
  const bytes = buffer.subarray(offset, offset + length);
  const path = fs.readlinkSync(`/proc/self/fd/${fd}`);
  if (isInside(path)) {
    image(`write ${path}`);
    // A line without its line break is whole to one reader and torn to another.
    if (writes++ % 2 === 0) image(`write ${path}, half`, (here) => appendFileSync(here(path), halfOf(bytes)));
    else
      image(`write ${path}, without its last byte`, (here) => appendFileSync(here(path), withoutLast(bytes)));
  }
  return (writeSync as Call)(fd, buffer, ...more);
}) as typeof fs.writeSync;

syncBuiltinESMExports();

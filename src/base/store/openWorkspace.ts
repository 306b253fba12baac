import {randomBytes} from "node:crypto";

import {constants, rmSync} from "node:fs";
import {access, mkdtemp, readdir, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {fileForm, readForm} from "../validation/fileForm.js";
import {UserError} from "../validation/errors.js";
import {isWithin, makeFolder, sweepTemporary, writeAtomic} from "../system/files.js";
import {sha256} from "../system/hash.js";
import {KINDS} from "./kinds/allKinds.js";
import type {Kind, Workspace} from "./kinds/kind.js";
import {clearLeases, heldLeases, withLease} from "./lease.js";
import {checkName} from "../validation/names.js";
import {LocalFolder} from "./storage/localFolder.js";
import type {StorageBackend} from "./storage/storageBackend.js";
import {folderOfShared} from "./storage/s3/address.js";
import {DryStorage} from "./storage/dryStorage.js";
import type {HeldLease} from "./renewal.js";

const SCHEMA_VERSION = 1;

/**
 * Opens (or makes) the workspace of a project folder, whose store is a local folder, or is shared when ASSAY_STORE names a
 * bucket. Refuses one written by a newer Assay.
 */
export async function openWorkspace(
  project = process.cwd(),
  dir = process.env.ASSAY_DIR,
  kinds: readonly Kind[] = KINDS,
  shared = process.env.ASSAY_STORE
): Promise<Workspace> {
  const root = resolve(project);
  const own = resolve(root, dir || ".assay");
  if (isWithin(root, own))
    throw new UserError(
      `the store would be ${own}, which holds the project. Let ASSAY_DIR name a folder of its own, or leave it unset for .assay.`
    );
  const store = shared ? join(own, "shared", folderOfShared(shared)) : own;
  await hideFromGit(own);
  const tmpDir = await tmpDirOf(store);
  const place = shared
    ? await (await import("./storage/s3/open.js")).openS3(shared, store, tmpDir)
    : new LocalFolder(store);
  await checkSchema(place);
  return {
    project: root,
    dir: store,
    place,
    kinds,
    tmpDir,
    lease: (name, options, work) => withLease(place, leaseKey(name), options, work),
    share: async (name, options, work) => {
      await clearLeases(place, LEASES, name);
      return withLease(place, leaseKey(`${name}-${randomBytes(4).toString("hex")}`), options, work);
    },
    held: (name, exactly) => heldLeases(place, LEASES, exactly ? fileOfLease(name) : name)
  };
}

/**
 * Where a store may be read alone, such as on a read-only mount, what commands make on their way is in a folder of the process, so that
 * those that only read work.
 */
async function tmpDirOf(store: string): Promise<string> {
  const folder = join(store, "tmp");
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
    return folder;
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    return (ownTmpDir ??= mkdtemp(join(tmpdir(), "assay-")).then((own) => {
      process.once("exit", () => rmSync(own, {recursive: true, force: true}));
      return own;
    }));
  }
}

let ownTmpDir: Promise<string> | undefined;

/** Rows, prompts and answers enter no repository by accident: a folder that holds nothing yet is one that git does not look into. */
async function hideFromGit(folder: string): Promise<void> {
  await makeFolder(folder);
  // What a kill leaves of the file's own writing is as good as nothing.
  if (!(await readdir(folder)).every((name) => name.startsWith("..gitignore."))) return;
  await sweepTemporary(folder);
  await writeAtomic(join(folder, ".gitignore"), (temporary) => writeFile(temporary, "*\n"));
}

const MARKER = "workspace.json";

const MARKER_FORM = fileForm<{schemaVersion?: unknown}>(
  {},
  `Restore it from a copy, or write {"kind": "workspace", "schemaVersion": ${SCHEMA_VERSION}} into it if this version of Assay wrote the store.`
);

async function checkSchema(place: StorageBackend): Promise<void> {
  const read = async () => {
    const bytes = await place.read(MARKER);
    return bytes && readForm(Buffer.from(bytes).toString(), `${place.name}/${MARKER}`, MARKER_FORM);
  };
  let found = await read();
  const first = {kind: "workspace", schemaVersion: SCHEMA_VERSION};
  if (!found && !(await place.putIfAbsent(MARKER, `${JSON.stringify(first, null, 2)}\n`)))
    found = await read();
  if (found && found.schemaVersion !== SCHEMA_VERSION)
    throw new UserError(
      `${place.name}/${MARKER} says ${found.schemaVersion === undefined ? "no store schema" : `store schema ${String(found.schemaVersion)}`}; this Assay reads ${SCHEMA_VERSION}. Use the version of Assay that wrote it, or let ASSAY_DIR or ASSAY_STORE name another.`
    );
}

const LEASES = "locks";

/** Names of folders may be 128 characters long, and a lease's name is made of one or two of them. */
function fileOfLease(name: string): string {
  const short = name.length > 120 ? `${name.slice(0, 100)}-${sha256(name).slice(0, 16)}` : name;
  return `${checkName("lease", short)}.json`;
}

const leaseKey = (name: string) => `${LEASES}/${fileOfLease(name)}`;

/**
 * A workspace for a dry run: its place keeps nothing of what is written, and a lease is taken by nobody, so that the store
 * stays as it is to the byte. What is written past the place is not caught.
 */
export function dryWorkspace(workspace: Workspace): Workspace {
  const held: HeldLease = {lost: new AbortController().signal, confirm: () => Promise.resolve()};
  const alone: Workspace["lease"] = (_name, _options, work) => work(held);
  return {...workspace, place: new DryStorage(workspace.place), lease: alone, share: alone};
}

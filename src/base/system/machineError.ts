import {memberOf} from "../validation/memberOf.js";
import {resolve, sep} from "node:path";
import {messageOf, UserError} from "../validation/errors.js";
import {isWithin} from "./files.js";

/** What the machine refuses is no fault of the program, and a stack would not help. */
const advice: Record<string, string> = {
  ENOSPC: "The disk is full: free some space and call again.",
  EDQUOT: "Your share of the disk is full: free some space and call again.",
  EFBIG:
    "A file there may not become that large: raise the limit (`ulimit -f`), or name a place on another file system.",
  EROFS: "The file system is read-only: name a place that can be written.",
  EACCES: "You may not read or write there: check whose it is, or name another place.",
  EPERM: "You may not read or write there: check whose it is, or name another place.",
  EISDIR: "There is a folder where a file is needed: name another place, or move the folder away.",
  EEXIST: "There is something of that name already: name another place, or move it away.",
  ENOTDIR: "A part of that path is a file, not a folder: name another place, or move the file away.",
  ELOOP: "Links there lead to one another in a circle: remove them, or name another place.",
  ENAMETOOLONG: "That name is longer than the file system allows: choose a shorter one.",
  ENOENT: "There is no such file or folder: check the path.",
  ENOTEMPTY: "That folder is not empty: name another place, or empty it.",
  EADDRINUSE: "Another program listens there: choose another port.",
  ENOTFOUND: "No machine of that name is known here: check the host.",
  EAI_AGAIN: "That name cannot be looked up now: check the host, or the network.",
  EADDRNOTAVAIL: "This machine has no such address: check the host.",
  EMFILE: "Too many files are open: raise the limit (`ulimit -n`)."
};

/** DuckDB passes on the system's words, not its code. */
const WORDS: Record<string, string> = {
  "No space left on device": "ENOSPC",
  "Disk quota exceeded": "EDQUOT",
  "File too large": "EFBIG",
  "Read-only file system": "EROFS",
  "Permission denied": "EACCES",
  "Operation not permitted": "EPERM"
};

interface SystemRefusal {
  code: string;
  place?: string;
}

/**
 * Where, and what to do, of an error of the operating system, Node's or DuckDB's; undefined of any other.
 * @param at where it was, for errors that do not say
 */
export function refusedByMachine(error: unknown, at?: string): string | undefined {
  const {code, place = at} = refusalOf(error) ?? {};
  const advised = code === undefined ? undefined : advice[code];
  if (advised === undefined) return undefined;
  const said =
    MAY_NOT.includes(code!) && isOfStore(place) ? `${advised} ASSAY_DIR names another store.` : advised;
  return place === undefined ? said : `${place}: ${said}`;
}

const MAY_NOT = ["EROFS", "EACCES", "EPERM"];

/** What is not said may be of the store. */
function isOfStore(place: string | undefined): boolean {
  const {ASSAY_DIR} = process.env;
  return (
    place === undefined ||
    place.split(sep).includes(".assay") ||
    (!!ASSAY_DIR && isWithin(resolve(place), resolve(ASSAY_DIR)))
  );
}

/** An error as a process tells it to the one that started it, where its class and code are not known. */
export function toldToParent(error: unknown): {message: string; forUser: boolean} {
  const refused = refusedByMachine(error);
  return {
    message: refused ?? messageOf(error),
    forUser: refused !== undefined || error instanceof UserError
  };
}

/** Whether a disk, or one's share of it, is full, or a file may not become as large as it should. */
export function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "EFBIG"].includes(refusalOf(error)?.code ?? "");
}

function refusalOf(error: unknown): SystemRefusal | undefined {
  const message = messageOf(error);
  const {code, syscall, path, dest, port, address, hostname} = (error ?? {}) as NodeJS.ErrnoException & {
    dest?: string;
    hostname?: string;
    port?: number;
    address?: string;
  };
  if (typeof code === "string" && Object.hasOwn(advice, code))
    return {
      // Making a folder and those above it is answered so on a read-only file system.
      code: code === "ENOENT" && syscall === "mkdir" ? "EROFS" : code,
      place: dest ?? path ?? hostname ?? (port === undefined ? address : `port ${port}`)
    };
  if (!/^(?:[A-Z][A-Za-z]+ ){1,3}Error: /.test(message)) return undefined;
  const words = Object.keys(WORDS).find((one) => message.includes(one));
  return words === undefined
    ? undefined
    : {code: memberOf(WORDS, words)!, place: /"(\/[^"\n]+)"/.exec(message)?.[1]};
}

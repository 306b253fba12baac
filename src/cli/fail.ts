import {note} from "./terminal.js";

/** What the machine refuses is no fault of the program, and a stack would not help. */
const advice: Record<string, string> = {
  ENOSPC:
    "The disk is full: free some space and call again. What a run has journaled is kept, and goes on from there.",
  EDQUOT: "Your share of the disk is full: free some space and call again. What a run has journaled is kept.",
  EROFS:
    "The file system is read-only: work in a folder that can be written, or name another store in ASSAY_DIR.",
  EACCES: "You may not read or write there: check whose file it is, or name another store in ASSAY_DIR.",
  EPERM: "You may not read or write there: check whose file it is, or name another store in ASSAY_DIR.",
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

/** Prints an error for the person at the keyboard and gives the exit code. DEBUG=assay adds the stack. */
export async function fail(error: unknown): Promise<number> {
  const {UsageError} = await import("../store/errors.js");
  note(`assay: ${shortened(await plainError(error))}`, {level: "error"});
  if (isDebugging() && error instanceof Error) note(error.stack ?? "", {level: "error"});
  const {exitCode} = (error ?? {}) as {exitCode?: number};
  return exitCode ?? (error instanceof UsageError ? 2 : 1);
}

/** Where, what was found and what to do next, in no words but a person's, whatever was thrown. */
export async function plainError(error: unknown): Promise<string> {
  const {messageOf} = await import("../store/errors.js");
  const message = messageOf(error);
  // A project's own copy of Assay has errors of its own class.
  if (/^(User|Usage|Endpoint)Error$/.test((error as Error | undefined)?.name ?? "")) return message;
  const {syscall, path, dest, port, address, hostname} = (error ?? {}) as NodeJS.ErrnoException & {
    dest?: string;
    hostname?: string;
    port?: number;
    address?: string;
  };
  if (syscall === "uv_cwd")
    return "the folder you are in does not exist any more. Go to another one and call again.";
  const advised = advice[codeOf(error) ?? ""];
  if (advised) {
    const place = dest ?? path ?? hostname ?? (port === undefined ? address : `port ${port}`);
    return place === undefined ? advised : `${place}: ${advised}`;
  }
  const {plainSql} = await import("../store/plainSql.js");
  if (/^(?:[A-Z][A-Za-z]+ ){1,3}Error: /.test(message))
    return `a query failed: ${plainSql(message)}. ${DETAILS}`;
  return `the command stopped at an error of its own. Nothing half-written is left. ${DETAILS}`;
}

const DETAILS = "Call it again with DEBUG=assay for the details, and report them if this should have worked.";
const LONGEST = 990;

/** A message that fills the screen is not read. */
function shortened(message: string): string {
  if (message.length <= LONGEST || isDebugging()) return message;
  return `${message.slice(0, LONGEST - 40)}… (DEBUG=assay shows all of it)`;
}

const isDebugging = () => process.env.DEBUG?.includes("assay") === true;

function codeOf(error: unknown): string | undefined {
  const {code, syscall} = (error ?? {}) as NodeJS.ErrnoException;
  // Making a folder and those above it is answered so on a read-only file system.
  return code === "ENOENT" && syscall === "mkdir" ? "EROFS" : code;
}

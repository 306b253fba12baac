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
  EMFILE: "Too many files are open: raise the limit (`ulimit -n`)."
};

/** Prints an error for the person at the keyboard and gives the exit code. DEBUG=assay adds the stack. */
export async function fail(error: unknown): Promise<number> {
  const {messageOf, UsageError, UserError} = await import("../store/errors.js");
  const advised = advice[codeOf(error) ?? ""];
  const expected = error instanceof UserError || advised !== undefined;
  note(`assay: ${messageOf(error)}${advised ? `\n${advised}` : ""}`);
  if (error instanceof Error && (process.env.DEBUG?.includes("assay") || !expected)) note(error.stack ?? "");
  return error instanceof UsageError ? 2 : 1;
}

function codeOf(error: unknown): string | undefined {
  const {code, syscall} = (error ?? {}) as NodeJS.ErrnoException;
  // Making a folder and those above it is answered so on a read-only file system.
  return code === "ENOENT" && syscall === "mkdir" ? "EROFS" : code;
}

import {note} from "./terminal.js";

/** Prints an error for the person at the keyboard and gives the exit code. DEBUG=assay adds the stack. */
export async function fail(error: unknown): Promise<number> {
  const {messageOf, UsageError, UserError} = await import("../store/errors.js");
  const expected = error instanceof UserError;
  note(`assay: ${messageOf(error)}`);
  if (error instanceof Error && (process.env.DEBUG?.includes("assay") || !expected)) note(error.stack ?? "");
  return error instanceof UsageError ? 2 : 1;
}

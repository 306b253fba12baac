import {printable} from "./terminal.js";

/** Prints an error for the person at the keyboard and gives the exit code. DEBUG=assay adds the stack. */
export async function fail(error: unknown): Promise<number> {
  const {messageOf, UsageError, UserError} = await import("../store/errors.js");
  const expected = error instanceof UserError;
  process.stderr.write(`assay: ${printable(messageOf(error))}\n`);
  if (error instanceof Error && (process.env.DEBUG?.includes("assay") || !expected))
    process.stderr.write(`${printable(error.stack ?? "")}\n`);
  return error instanceof UsageError ? 2 : 1;
}

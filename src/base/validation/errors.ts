/** An error for the person at the keyboard: where, what was found, what to do next. Exit code 1. */
export class UserError extends Error {
  override name = "UserError";
}

/** The words of the call were wrong: exit code 2. */
export class UsageError extends UserError {
  override name = "UsageError";
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Work ended because it was asked to (Ctrl-C); what was done is kept, and the same command goes on. */
export class StoppedError extends UserError {}

import {messageOf, UserError} from "../../base/validation/index.js";
import type {Subset, TrainingRow} from "./modelSource.js";

/**
 * Whether a subset takes a row. The row is frozen first: a function that changed it would have another text trained
 * than the version holds. Throws UserError where it throws, changes its row, or answers with a promise, which is always true.
 */
export function isChosen({words, where}: Subset, row: TrainingRow): boolean {
  const which = `the subset ${JSON.stringify(words)}: its \`where\``;
  let chosen: unknown;
  try {
    chosen = where(frozen(row));
  } catch (cause) {
    throw new UserError(
      `${which} fails for row ${JSON.stringify(row.id)}: ${messageOf(cause)}${placeOf(cause)}.`,
      {
        cause
      }
    );
  }
  if (chosen instanceof Promise) {
    chosen.catch(() => undefined);
    throw new UserError(
      `${which} is async, which would take every row. Let it answer true or false at once.`
    );
  }
  return Boolean(chosen);
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    for (const member of Object.values(value)) frozen(member);
    Object.freeze(value);
  }
  return value;
}

/** The file and line of a function of a team, as the first line of a stack has it. */
function placeOf(error: unknown): string {
  const [, file, line] =
    /^ {4}at [^\n]*?([^/\n(]+\/[^/\n?]+\.[cm]?[jt]s)(?:\?[^:\n]*)?:(\d+):\d+\)?$/m.exec(
      (error as Error | undefined)?.stack ?? ""
    ) ?? [];
  return file === undefined ? "" : ` (${file} line ${line})`;
}

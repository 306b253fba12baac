import type {Row} from "../../scorers/types.js";
import {UserError} from "../../../base/validation/index.js";
import type {ResolvedEval} from "./resolve.js";

/** Rows whose expected value a scorer cannot use, found before anything is paid for. */
export interface Unscorable {
  look(rowId: string, expected: unknown, row: Row): void;
  /** Throws UserError when a scorer can use no row's expected value; says of each other scorer how many it cannot. */
  conclude(rows: number, tell: (message: string) => void): void;
}

/** Asks the scorers that can tell; a scorer whose check throws is taken to score the row, and says so when it does not. */
export function findUnscorable({name, scorers}: ResolvedEval): Unscorable {
  const found = scorers.map((one) => ({name: one.name, check: one.scorer.check, rows: 0, first: ""}));
  return {
    look(rowId, expected, row) {
      for (const one of found) {
        const reason = reasonOrNone(() => one.check?.(expected, row));
        if (reason === undefined) continue;
        one.rows++;
        one.first ||= `${reason} (row ${rowId}: ${expectedKind(expected)})`;
      }
    },
    conclude(rows, tell) {
      const none = found.filter((one) => one.rows > 0 && one.rows === rows);
      if (none.length > 0)
        throw new UserError(
          `eval ${name}: ${none.map((one) => `the scorer "${one.name}" can score none of the ${rows} rows: ${one.first}`).join("; ")}. Nothing was called. Change "expected" or the scorer in the eval's file.`
        );
      for (const one of found)
        if (one.rows > 0)
          tell(`the scorer "${one.name}" cannot score ${one.rows} of ${rows} rows: ${one.first}`);
    }
  };
}

function reasonOrNone(check: () => string | undefined): string | undefined {
  try {
    return check();
  } catch {
    return undefined;
  }
}

/** What it is, not what it says: it may be personal. */
function expectedKind(expected: unknown): string {
  if (expected === undefined || expected === null) return "there is none";
  if (Array.isArray(expected))
    return expected.length === 0 ? "an empty list" : `a list of ${typeof expected[0]}`;
  return `its type is ${typeof expected}`;
}

import type {Acceptance, Database, RedactionRules} from "../../base/store/index.js";
import type {StoredColumn} from "./cellText.js";

/** The cells of one row that a redactor looks at, as `cellText` gives them. */
export interface CellRow {
  row: number;
  cells: readonly (string | null)[];
}

export interface RedactedRow {
  row: number;
  /** What is stored in place of the cells; undefined where a cell stays. Absent when all stay. */
  cells?: readonly (string | undefined)[];
  /** What was found in the row and done about it, to be handed to `writeLedger`. It holds nothing of what was found. */
  findings: readonly object[];
}

/** Takes personal data out of rows before they are stored. */
export interface Redactor {
  /** Changes whenever other rows would come of the same source. Tells nothing about a key. */
  fingerprint: string;
  /** What it does, but for the key. */
  rules: RedactionRules;
  /** Those of a dataset's columns that are looked at. Throws UserError for what is named but cannot be, if told to. */
  columnsOf(columns: readonly StoredColumn[], strict: boolean): StoredColumn[];
  /** Rows with findings, in order; the others may be left out. */
  redact(
    rows: AsyncIterable<readonly CellRow[]>,
    columns: readonly StoredColumn[]
  ): AsyncIterable<RedactedRow>;
  /** A message with everything personal replaced. */
  text(message: string): string;
  /** Writes what was found in the rows of a version into its folder. */
  writeLedger(
    db: Database,
    folder: string,
    version: {dataset: string; id: string; rows: number; columns: readonly StoredColumn[]},
    from: {
      found: AsyncIterable<{row_id: string; row_hash: string; findings: readonly object[]}>;
      /** What a person accepted in the dataset: those findings are marked. */
      accepted: readonly Acceptance[];
    }
  ): Promise<void>;
}

/** A redactor made of rules that were in force before. */
export interface FormerRedactor {
  redactor: Redactor;
  /** Pseudonyms are made with the key of then, or the rules make none. */
  hasKey: boolean;
  /** It finds what was found then. */
  hasRecognizers: boolean;
}

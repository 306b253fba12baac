import type {VersionFile} from "../../store/index.js";
import {REJECTED_FILE} from "../filters/index.js";
import {SKIPPED_FILE} from "../skipped.js";

/** What a version cannot be without. */
export const FILES: readonly VersionFile[] = ["manifest.json", "rows.parquet"];

/** What a version may have beside its rows: the ledger of what was found in it, and what was left out of it. */
export const OPTIONAL_FILES: readonly VersionFile[] = [
  "ledger.parquet",
  "ledger.json",
  REJECTED_FILE,
  SKIPPED_FILE
];

/** The card, for readers of an exported folder. */
export const CARD_FILE = "README.md";

export function transferName(dataset: string, version: string): string {
  return `${dataset}@${version}`;
}

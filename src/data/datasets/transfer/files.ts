import {existsSync} from "node:fs";
import {join} from "node:path";
import {parquetFile, type VersionFile} from "../../../base/store/index.js";
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

/** The files of a folder that hold rows, as relations: those that filters dropped are rows too. */
export function rowFilesIn(folder: string): string[] {
  return ["rows.parquet", REJECTED_FILE]
    .map((file) => join(folder, file))
    .filter((path) => existsSync(path))
    .map(parquetFile);
}

/** The card, for readers of an exported folder. */
export const CARD_FILE = "README.md";

/** What an export says of itself. */
export const EXPORT_FILE = "export.json";

/** The ids and hashes of the rows that were held out where an export was made. */
export const HELD_OUT_FILE = "held-out.parquet";

/** What is read of an export and not kept with the version. */
export const EXPORT_FILES: readonly string[] = [EXPORT_FILE, HELD_OUT_FILE];

export function transferName(dataset: string, version: string): string {
  return `${dataset}@${version}`;
}

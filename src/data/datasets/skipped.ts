import {join} from "node:path";
import {type Database, writeParquetRows} from "../../base/store/index.js";
import type {BrokenLine} from "./sources/index.js";

/** Lines of the source that could not be read, beside the version that was made without them. */
const SKIPPED_LINES = {file: "VARCHAR", line: "BIGINT", reason: "VARCHAR"};

export const SKIPPED_FILE = "rejects.parquet";

export async function writeSkipped(
  db: Database,
  folder: string,
  skipped: readonly BrokenLine[] | undefined
): Promise<void> {
  if (skipped?.length)
    await writeParquetRows(db, join(folder, SKIPPED_FILE), SKIPPED_LINES, eachLine(skipped));
}

function* eachLine(skipped: readonly BrokenLine[]): Generator<BrokenLine> {
  for (const {file, line, until = line, reason} of skipped)
    for (let one = line; one <= until; one++) yield {file, line: one, reason};
}

import {type TextVectors, textVectors} from "../../weights/models/index.js";
import {messageOf, UserError} from "../../base/validation/index.js";
import {hashJson} from "../../base/system/index.js";
import {type Database, sqlName, type VersionManifest} from "../../base/store/index.js";

/** Vectors of more rows than this are not kept in memory (1.5 KB each). */
const MOST_ROWS = 100_000;

/** One vector for each row of a version, rows in the order of their ids; or why there is none. */
export type VersionVectors = TextVectors | {missing: string};

const known = new WeakMap<Database, {of: string; vectors: Promise<VersionVectors>}>();

/** The vectors of a version's texts. Those of the last version asked for are remembered, as several splits are measured. */
export function versionVectors(
  db: Database,
  version: VersionManifest,
  rows: string
): Promise<VersionVectors> {
  const found = known.get(db);
  const of = hashJson([version.sha256, version.text]);
  if (found?.of === of) return found.vectors;
  const vectors = readVectors(db, version, rows);
  known.set(db, {of, vectors});
  return vectors;
}

async function readVectors(db: Database, version: VersionManifest, rows: string): Promise<VersionVectors> {
  const {text, rows: count} = version;
  if (!text) return {missing: "the dataset names no text column"};
  if (count > MOST_ROWS)
    return {
      missing: `measured up to ${MOST_ROWS.toLocaleString("en")} rows, and these are ${count.toLocaleString("en")}`
    };
  async function* texts() {
    const query = `select ${sqlName(text!)}::varchar as text from ${rows} order by row_id`;
    for await (const batch of db.batches<{text: string | null}>(query))
      for (const row of batch) yield row.text;
  }
  try {
    return await textVectors(texts());
  } catch (cause) {
    if (cause instanceof UserError) return {missing: messageOf(cause)};
    throw cause;
  }
}

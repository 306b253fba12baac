import {maskExcerpt} from "../../data/privacy/index.js";
import {sqlName, sqlString, type Store, type VersionManifest} from "../../base/store/index.js";

const LONGEST = 160;
/** Longer texts are cut before they are looked through. */
const MOST_READ = 4000;

/** A text as pages show it: personal data and names replaced, on one line, cut. */
export function masked(text: string): string {
  return maskExcerpt(text.slice(0, MOST_READ), LONGEST);
}

/**
 * What pages may show of rows' text, by id; rows without any are left out. `relation` has the version's columns and none of
 * the held-out rows.
 */
export type ExcerptsOf = (
  store: Store,
  version: VersionManifest,
  relation: string,
  ids: Iterable<string>
) => Promise<Map<string, string>>;

/** Their masked text; rows without text or without a text column are left out. */
export async function maskedExcerpts(
  store: Store,
  {text}: VersionManifest,
  relation: string,
  ids: Iterable<string>
): Promise<Map<string, string>> {
  const wanted = [...new Set(ids)];
  if (!text || wanted.length === 0) return new Map();
  const found = await store.rows<{row_id: string; text: string}>(
    `select row_id, ${sqlName(text)}::varchar as text from ${relation}
     where row_id in (${wanted.map(sqlString).join(", ")}) and ${sqlName(text)} is not null`
  );
  return new Map(found.map((row) => [row.row_id, masked(row.text)]));
}

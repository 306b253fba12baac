import type {Database} from "../../store/index.js";
import {nearDuplicateSettings, type NearDuplicateSettings} from "./settings.js";
import {TextIndex} from "./textIndex.js";

/**
 * For every row of `wanted` that has a near-duplicate among the rows of `known`: the greatest similarity found, 1
 * for the same text. Both are queries giving `row_id` and `text`; rows without text match nothing. Memory as `TextIndex`.
 */
export async function nearMatches(
  db: Database,
  wanted: string,
  known: string,
  settings: NearDuplicateSettings = {}
): Promise<Map<string, number>> {
  const {threshold, foldNumbers} = nearDuplicateSettings(settings);
  const index = new TextIndex({foldNumbers});
  for await (const batch of db.batches<{text: string | null}>(known))
    for (const {text} of batch) if (text !== null) index.add(text);
  const knownTexts = index.size;
  const rowsOfText = new Map<number, string[]>();
  const found = new Map<string, number>();
  for await (const batch of db.batches<{row_id: string; text: string | null}>(wanted))
    for (const {row_id, text} of batch) {
      if (text === null) continue;
      const number = index.add(text);
      if (number < knownTexts) found.set(row_id, 1);
      else rowsOfText.set(number, [...(rowsOfText.get(number) ?? []), row_id]);
    }
  index.pairs(
    threshold,
    (a, b) => a < knownTexts === b < knownTexts,
    (a, b, similarity) => {
      for (const row of rowsOfText.get(Math.max(a, b))!)
        found.set(row, Math.max(found.get(row) ?? 0, similarity));
    }
  );
  return found;
}

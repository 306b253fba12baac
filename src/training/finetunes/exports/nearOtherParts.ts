import {emptyRecord} from "../../../base/validation/memberOf.js";
import {nearMatches, toRow} from "../../../data/datasets/index.js";
import {questionOf} from "./trainingExample.js";
import type {TrainingFormat} from "./trainingFormats.js";
import {rowsOfPart, sqlName, type Store} from "../../../base/store/index.js";
import {rowExample, type TrainingSource} from "./exportedExamples.js";

/** Rows with a near-duplicate in each other part. */
export type NearOtherParts = Record<string, number>;

/**
 * Counts rows with a near-duplicate in each scored part, by the dataset's text or else by the examples' questions. Undefined
 * for pairs of a run without such a text: their questions are in the run alone.
 */
export async function nearOtherParts(
  source: TrainingSource,
  format: TrainingFormat
): Promise<NearOtherParts | undefined> {
  const {store, version, split, part, options} = source;
  const {text} = version;
  if (text === undefined && options.fromRun !== undefined) return undefined;
  const partTexts = async (of: string) => {
    const columns = text === undefined ? "*" : `row_id, ${sqlName(text)}::varchar as text`;
    const query = await rowsOfPart(store.workspace, version, split, {part: of, columns});
    return query === undefined || text !== undefined
      ? query
      : questionsOf(store, query, rowExample(source, format));
  };
  const found: NearOtherParts = emptyRecord();
  for (const other of Object.keys(split.counts)) {
    if (other === part || other === "train" || other === "unused") continue;
    const [own, known] = [await partTexts(part), await partTexts(other)];
    if (own !== undefined && known !== undefined) found[other] = (await nearMatches(store, own, known)).size;
  }
  return found;
}

async function* questionsOf(
  store: Store,
  query: string,
  of: ReturnType<typeof rowExample>
): AsyncGenerator<{row_id: string; text: string}> {
  for await (const batch of store.batches<Record<string, unknown> & {row_id: string}>(query, {}, "values"))
    for (const row of batch) {
      const text = questionOf(of(toRow(row)));
      if (text !== "") yield {row_id: row.row_id, text};
    }
}

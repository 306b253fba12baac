import {nearMatches, toRow} from "../../../data/datasets/index.js";
import {questionOf, type TrainingFormat} from "../../../training/finetunes/index.js";
import {rowsOfPart, sqlName, type Store} from "../../../base/store/index.js";
import {exampleOf, type TrainingSource} from "./exportExamples.js";
import {plural} from "../../terminal/plural.js";

/** Rows with a near-duplicate in each other part. */
export type NearOtherParts = Record<string, number>;

/**
 * How many rows of the part have a near-duplicate in each part that scores: by the dataset's text, else by what the examples
 * ask. Undefined where neither is there: pairs of a run have their questions in the run alone.
 */
export async function nearOtherParts(
  source: TrainingSource,
  format: TrainingFormat
): Promise<NearOtherParts | undefined> {
  const {store, version, split, part, options} = source;
  const {text} = version;
  if (text === undefined && options.fromRun !== undefined) return undefined;
  const textsOf = async (of: string) => {
    const columns = text === undefined ? "*" : `row_id, ${sqlName(text)}::varchar as text`;
    const query = await rowsOfPart(store.workspace, version, split, {part: of, columns});
    return query === undefined || text !== undefined ? query : asked(store, query, exampleOf(source, format));
  };
  const found: NearOtherParts = {};
  for (const other of Object.keys(split.counts)) {
    if (other === part || other === "train" || other === "unused") continue;
    const [own, known] = [await textsOf(part), await textsOf(other)];
    if (own !== undefined && known !== undefined) found[other] = (await nearMatches(store, own, known)).size;
  }
  return found;
}

async function* asked(
  store: Store,
  query: string,
  of: ReturnType<typeof exampleOf>
): AsyncGenerator<{row_id: string; text: string}> {
  for await (const batch of store.batches<Record<string, unknown> & {row_id: string}>(query, {}, "values"))
    for (const row of batch) {
      const text = questionOf(of(toRow(row)));
      if (text !== "") yield {row_id: row.row_id, text};
    }
}

/** For a person: which parts have near-duplicates of what is trained on. */
export function nearText(near: NearOtherParts | undefined): string[] {
  if (near === undefined)
    return [
      "! near-duplicates in other parts were not looked for: pairs of a run need the dataset's `text` for it"
    ];
  return Object.entries(near)
    .filter(([, count]) => count > 0)
    .map(
      ([other, count]) =>
        `! ${plural(count, "row")} ${count === 1 ? "has" : "have"} a near-duplicate in the ${other} part: scores on it will flatter what is trained on them`
    );
}

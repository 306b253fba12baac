import {sqlName, sqlString} from "../../../base/store/index.js";
import type {ComparedRows} from "./types.js";

export interface PartText {
  row_id: string;
  text: string | null;
}

/** The query of a part's rows and their texts. */
export function textQuery({rows, assigned}: ComparedRows, text: string, part: "train" | "test"): string {
  return `select row_id, r.${sqlName(text)}::varchar as text from ${rows} r join ${assigned} a using (row_id) where a.part = ${sqlString(part)}`;
}

/** The texts of a part, row by row. */
export async function* textsOf(
  compared: ComparedRows,
  text: string,
  part: "train" | "test"
): AsyncGenerator<PartText> {
  for await (const batch of compared.db.batches<PartText>(textQuery(compared, text, part))) yield* batch;
}

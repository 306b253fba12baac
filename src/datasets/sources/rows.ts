import {join} from "node:path";
import {anyObject, exactly, func, text} from "../../store/checked.js";
import {UserError, writeNdjson} from "../../store/index.js";
import {jsonLines} from "./jsonLines.js";
import {type SourceContext, type SourceReader} from "./types.js";

/** Plain objects that code yields. */
export interface RowsSource {
  kind: "rows";
  rows: () => AsyncIterable<object> | Iterable<object>;
  describe?: Record<string, unknown>;
  /** What the rows come from, as text: while it stays the same, a pull does not ask for the rows again. */
  fingerprint?: () => string | Promise<string>;
}

export const rowsSchema = exactly<RowsSource>('rows such as {kind: "rows", rows: () => [{…}]}', {
  kind: text(),
  rows: func("a function that gives the rows"),
  describe: anyObject().optional(),
  fingerprint: func("a function that gives a text").optional()
});

export const rows: SourceReader<RowsSource> = async (source, context) => ({
  relation: await writtenRows(source.rows(), context),
  describe: {kind: "rows", ...source.describe}
});

/** Writes objects down as they come, so that memory stays flat, and gives the relation that reads them. */
export async function writtenRows(
  objects: AsyncIterable<object> | Iterable<object>,
  context: SourceContext
): Promise<string> {
  const ndjson = join(context.scratch, "rows.ndjson");
  if ((await writeNdjson(ndjson, objects)) === 0)
    throw new UserError(
      `dataset ${context.dataset}: its source yielded no rows, so there is no version to make.`
    );
  return jsonLines(context.db, [ndjson], 1 << 28);
}

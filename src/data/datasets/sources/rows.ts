import {join} from "node:path";
import {anyObject, exactly, func, text} from "../../../base/validation/checked.js";
import {messageOf, UserError, withoutCredentials} from "../../../base/validation/index.js";
import {writeNdjson} from "../../../base/store/index.js";
import {jsonLines} from "./jsonLines.js";
import {unplainValues} from "./plainValues.js";
import type {SourceContext, SourceReader} from "./types.js";

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
  relation: await writtenRows(rowsOf(source, context.dataset), context),
  describe: {kind: "rows", ...source.describe}
});

/** What a source says of itself without being read; undefined when it cannot. */
export async function rowsFingerprint(source: {kind: string} | RowsSource): Promise<string | undefined> {
  return "fingerprint" in source ? source.fingerprint?.() : undefined;
}

/** What the loader's function gives, which may throw before there is a row, or give none at all. */
async function* rowsOf(source: RowsSource, dataset: string): AsyncGenerator<object> {
  const given: unknown = source.rows();
  const iterable =
    typeof given === "object" &&
    given !== null &&
    (Symbol.asyncIterator in given || Symbol.iterator in given);
  if (!iterable)
    throw new Error(
      `\`rows\` of ${dataset} gives no list or generator of rows${given instanceof Promise ? ", but a promise: make it an async generator" : ""}`
    );
  yield* given as AsyncIterable<object>;
}

/** So many values of rows that cannot be stored are named. */
const MOST_PROBLEMS = 20;

/** Writes objects down as they come, so that memory stays flat, and gives the relation that reads them. */
export async function writtenRows(
  objects: AsyncIterable<object> | Iterable<object>,
  context: SourceContext
): Promise<string> {
  const ndjson = join(context.scratch, "rows.ndjson");
  const problems: string[] = [];
  let row = 0;
  async function* checkedRows(): AsyncGenerator<object> {
    for await (const one of objects) {
      row++;
      if (typeof one !== "object" || one === null || Array.isArray(one))
        throw new Error("it is not an object with a value for each column");
      problems.push(
        ...unplainValues(one, MOST_PROBLEMS - problems.length).map(
          ({at, what}) => `row ${row}, ${JSON.stringify(at)}: ${what}`
        )
      );
      if (problems.length >= MOST_PROBLEMS) break;
      if (problems.length === 0) yield one;
    }
    if (problems.length > 0)
      throw new UserError(
        `dataset ${context.dataset}: its source gives values that are none of JSON: ${problems.join("; ")}${problems.length < MOST_PROBLEMS ? "" : "; and perhaps more"}. No version was made. Give null, a text, a list or an object in their place.`
      );
  }
  const written = await writeNdjson(ndjson, checkedRows()).catch((cause: unknown) => {
    // A log's reader says itself which file and line it is.
    if (cause instanceof UserError) throw cause;
    const {redacted} = context;
    const first = withoutCredentials(messageOf(cause).split("\n")[0]!);
    const said = (redacted ? redacted(first) : first).slice(0, 300);
    throw new UserError(
      `dataset ${context.dataset}: ${row === 0 ? "its rows" : `row ${row} of its source`} could not be read: ${said}. No version was made.`,
      redacted ? {} : {cause}
    );
  });
  if (written.count === 0)
    throw new UserError(
      `dataset ${context.dataset}: its source yielded no rows, so there is no version to make.`
    );
  return jsonLines(context, {files: [ndjson], longest: written.longest});
}

import {join} from "node:path";
import {UserError} from "../../../base/validation/index.js";
import {writeLines} from "../../../base/store/index.js";
import {brokenLines, brokenText, soundLines} from "./brokenLines.js";
import {assertHeaders, brokenRecords, csvFiles, soundCsv} from "./csv.js";
import {csvRelation, statedCsv} from "./csvRelation.js";
import type {FilesSource} from "./files.js";
import type {JsonFiles} from "./jsonKeys.js";
import {jsonLines, statedJsonLines} from "./jsonLines.js";
import {evenLineEnds} from "./lineEnds.js";
import {laxJson} from "./laxJson.js";
import type {BrokenLine, SourceContext, SourceRelation} from "./types.js";

export type TextFormat = Pick<FilesSource, "format" | "delimiter" | "columns">;

export interface TextRead extends Omit<SourceRelation, "describe"> {
  /** The columns of all files, where types were stated and the names had to be looked at. */
  names?: string[];
}

/** CSV files as a relation, without their broken records where the context says so. */
export async function readCsv(
  paths: readonly string[],
  source: TextFormat,
  context: SourceContext
): Promise<TextRead> {
  const {db} = context;
  const named = await csvFiles(db, paths, source.delimiter);
  const {files, skipped} = context.skipBad
    ? await soundCsv(context, named)
    : {files: await evenLineEnds(named, context.scratch), skipped: undefined};
  await assertHeaders(context, files);
  const broken = () => gathered(named, (file) => brokenRecords(context, file));
  if (!source.columns) return {relation: await csvRelation(db, files), skipped, broken};
  const shown = {named: named.map(({file}) => file), hasLines: !context.skipBad};
  const {assertHeld, ...read} = await statedCsv(context, files, source.columns, shown);
  return {...read, skipped, broken: () => foundOr(broken, assertHeld, context)};
}

/** JSON files as a relation, each a list of objects, or of JSON lines. Throws UserError for what only lax JSON has. */
export async function jsonRelation(
  paths: readonly string[],
  source: TextFormat,
  context: SourceContext
): Promise<TextRead> {
  const {db, dataset} = context;
  const byLine = source.format === "jsonl";
  const lax = await laxJson(db, paths, byLine);
  if (lax.broken.length > 0 && !(byLine && context.skipBad)) {
    const strict = byLine ? await gathered(paths, (file) => brokenLines(db, file)) : [];
    const place = ({file, line}: BrokenLine) => `${line} ${file}`;
    const told = new Set(lax.broken.map(place));
    const broken = [...lax.broken, ...strict.filter((one) => !told.has(place(one)))].sort(
      (a, b) => paths.indexOf(a.file) - paths.indexOf(b.file) || a.line - b.line
    );
    throw new UserError(`dataset ${dataset}: ${brokenText(dataset, broken, byLine)}`);
  }
  const broken = () => (byLine ? gathered(paths, (file) => brokenLines(db, file)) : Promise.resolve([]));
  const read = async (json: JsonFiles): Promise<TextRead> => {
    const {largeNumbers} = lax;
    if (!source.columns) return {relation: await jsonLines(context, json, largeNumbers), broken};
    const stated = {...json, columns: source.columns};
    const named = context.skipBad && byLine ? [paths.join(", ")] : paths;
    const facts = {largeNumbers, named, hasLines: byLine && !context.skipBad};
    const {assertHeld, ...found} = await statedJsonLines(context, stated, facts);
    return {...found, broken: () => foundOr(broken, assertHeld, context)};
  };
  if (!byLine) return read({files: paths, longest: lax.longest, format: "array"});
  if (!context.skipBad) return read({files: paths, longest: lax.longest});
  const skipped: BrokenLine[] = [];
  const copy = join(context.scratch, "sound.ndjson");
  const longest = await writeLines(copy, soundOf(paths, context, skipped));
  return {...(await read({files: [copy], longest})), skipped};
}

/** The lines that broke a read; where there are none, it may be that types do not hold values. */
async function foundOr(
  broken: () => Promise<BrokenLine[]>,
  assertHeld: () => Promise<void>,
  {skipBad}: Pick<SourceContext, "skipBad">
): Promise<BrokenLine[]> {
  // Broken lines are left out already.
  if (skipBad) await assertHeld();
  const lines = await broken();
  if (lines.length === 0) await assertHeld();
  return lines;
}

async function* soundOf(
  paths: readonly string[],
  context: SourceContext,
  skipped: BrokenLine[]
): AsyncGenerator<string> {
  for (const file of paths) yield* soundLines(context.db, file, skipped);
}

async function gathered<F, T>(files: readonly F[], find: (file: F) => Promise<T[]>): Promise<T[]> {
  const found: T[][] = [];
  for (const file of files) found.push(await find(file));
  return found.flat();
}

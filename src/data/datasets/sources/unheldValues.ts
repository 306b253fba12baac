import {UserError} from "../../../base/validation/index.js";
import {type Database, sqlName} from "../../../base/store/index.js";
import {shortName, type StatedColumn} from "./statedTypes.js";

/** A file whose stated columns are read as `readAs` says, without their types. */
export interface TextFile {
  /** For messages. */
  file: string;
  relation: string;
  /** The lines of some of its rows, counted from 1; without it rows are named. */
  linesOf?: (rows: readonly number[]) => Promise<number[]>;
}

/** What people call the files that are read, and whether the lines of what is read are theirs. */
export interface ShownFiles {
  named: readonly string[];
  hasLines: boolean;
}

/** So many lines are named of a column. */
const SHOWN = 5;

/** Refuses values that their stated types do not hold exactly: how many a column has, and where, but not what they are. */
export async function assertHeld(
  db: Database,
  dataset: string,
  columns: readonly StatedColumn[],
  files: readonly TextFile[]
): Promise<void> {
  const found = new Map<StatedColumn, {count: number; places: string[]}>();
  for (const file of files)
    for (const {column, count, rows} of await unheldIn(db, columns, file)) {
      const before = found.get(column) ?? {count: 0, places: []};
      const places = [...before.places, await placeOf(file, rows, count)];
      found.set(column, {count: before.count + count, places});
    }
  if (found.size === 0) return;
  const problems = [...found].map(
    ([{name, type}, {count, places}]) =>
      `the column ${shortName(name)} is stated as ${type}, which does not hold ${count} of its values exactly: ${places.slice(0, SHOWN).join("; ")}${places.length > SHOWN ? "; …" : ""}`
  );
  const kinds = new Set([...found.keys()].map(({kind}) => kind));
  const advice = [...kinds].map((kind) => ADVICE[kind]).sort();
  throw new UserError(
    `dataset ${dataset}: ${problems.join(". In the same way ")}. No version was made. ${advice.join(" ")}`
  );
}

const ADVICE: Record<StatedColumn["kind"], string> = {
  time: "Dates and times are ISO 8601, such as 2026-01-02 or 2026-01-02T10:00:00+05:00; state others as VARCHAR and read them in `sql`, such as strptime(d, '%d/%m/%Y')::date.",
  number: "State numbers as a type that holds them, or as VARCHAR, and round in `sql` where that is meant.",
  other: "Correct the values, or state VARCHAR and cast in `sql`."
};

async function unheldIn(
  db: Database,
  columns: readonly StatedColumn[],
  {relation}: TextFile
): Promise<{column: StatedColumn; count: number; rows: number[]}[]> {
  const present = (await db.rows<{column_name: string}>(`describe select * from ${relation}`)).map(
    (column) => column.column_name
  );
  const checked = columns.filter(({name}) => present.includes(name));
  if (checked.length === 0) return [];
  const sums = checked.map(({name, holds}, i) => {
    const unheld = `filter (where ${sqlName(name)} is not null and not coalesce(${holds}, false))`;
    return `count(*) ${unheld}::int as n${i}, min(assay_row, ${SHOWN}) ${unheld} as r${i}`;
  });
  const found = await db.row<Record<string, unknown>>(
    `select ${sums.join(", ")} from (select row_number() over ()::int as assay_row, * from ${relation})`
  );
  return checked
    .map((column, i) => ({
      column,
      count: (found?.[`n${i}`] as number | undefined) ?? 0,
      rows: (found?.[`r${i}`] as number[] | null | undefined) ?? []
    }))
    .filter(({count}) => count > 0);
}

async function placeOf({file, linesOf}: TextFile, rows: readonly number[], count: number): Promise<string> {
  const places = linesOf ? await linesOf(rows) : rows;
  const unit = linesOf ? "line" : "row";
  return `${file} ${unit}${count === 1 ? "" : "s"} ${places.join(", ")}${count > places.length ? ", …" : ""}`;
}

/** Of rows counted from 1, the lines in which they begin. @param starts the line of every row, in order */
export async function linesAt(starts: AsyncIterable<number>, rows: readonly number[]): Promise<number[]> {
  const lines: number[] = [];
  let row = 0;
  for await (const line of starts) {
    if (rows.length === lines.length) break;
    if (++row === rows[lines.length]) lines.push(line);
  }
  return lines;
}

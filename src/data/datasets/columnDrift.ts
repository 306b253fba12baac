import {chiSquaredDrift, populationStability} from "../../base/stats/index.js";
import {type Database, sqlName} from "../../base/store/index.js";
import {type Binned, type BinnedBy, categoryBins, numberBins} from "./driftBins.js";

export interface Summary {
  /** Rows that have a value. */
  values: number;
  missing: number;
  mean?: number;
  sd?: number;
  least?: string;
  most?: string;
}

/** How one column moved between two versions. */
export interface ColumnDrift {
  column: string;
  /** `other` are lists, structures and other types, which are compared as JSON text. */
  kind: "numeric" | "categorical" | "text" | "time" | "other";
  /** What the bins hold: one value each, a range of values, or a range of lengths in characters. Absent when a side is empty. */
  by?: BinnedBy | "length";
  /** Its role in the newer version, where that says how it is compared. */
  role?: DriftRole;
  before: Summary;
  after: Summary;
  /** Population stability index over the bins; missing is a bin of its own. */
  psi?: number;
  /** Of Pearson's chi-square test over the same bins. */
  p?: number;
  /** What the index would be on average if nothing had moved: (bins − 1)(1/n + 1/m). */
  psiByChance?: number;
}

export type DriftRole = "label" | "group" | "time";

/** A column to compare, with its type. */
export interface DriftColumn {
  name: string;
  type: string;
  role?: DriftRole;
}

/** A column with at most this many different values in both versions is a category. */
const CATEGORIES = 50;

/** And so is one with more, when a value stands for at least so many rows on average. */
const ROWS_PER_CATEGORY = 10;

/** Drift of every column that both relations have, in the order given. Both are whole versions, not samples. */
export async function columnDrift(
  db: Database,
  before: string,
  after: string,
  columns: readonly DriftColumn[]
): Promise<ColumnDrift[]> {
  const found: ColumnDrift[] = [];
  for (const column of columns) found.push(await driftOf(db, [before, after], column));
  return found;
}

async function driftOf(
  db: Database,
  sides: readonly [string, string],
  {name: column, type: stored, role}: DriftColumn
): Promise<ColumnDrift> {
  const isMoments = role === "time" && stored === "VARCHAR" && (await areMoments(db, sides, column));
  const [name, type] = isMoments ? [momentOf(column), "TIMESTAMP"] : [sqlName(column), stored];
  const text = textOf(name, type);
  const declared = typeKind(type);
  const isCategory =
    declared === "categorical" ||
    (declared === "text" && (role === "label" || role === "group")) ||
    ((declared === "text" || declared === "other" || (declared === "numeric" && role !== undefined)) &&
      (await isCategorical(db, sides, text)));
  const kind = isCategory && declared !== "other" ? "categorical" : declared;
  const number = isCategory ? undefined : numberOf(declared, name, type, text);
  const summarised = kind === "numeric" || kind === "text" ? number : undefined;
  const summary = (relation: string) => summaryOf(db, relation, name, summarised, kind === "time");
  const drift: ColumnDrift = {
    column,
    kind,
    role,
    before: await summary(sides[0]),
    after: await summary(sides[1])
  };
  const binned =
    number === undefined
      ? await categoryBins(db, sides, text, CATEGORIES)
      : await numberBins(db, ...sides, number);
  const byLength = number !== undefined && (declared === "text" || declared === "other");
  return {...drift, ...judged(byLength ? {...binned, by: "length"} : binned)};
}

/** A text's moment in UTC, in SQL. */
const momentOf = (column: string) => `try_cast(${sqlName(column)} as timestamptz)::timestamp`;

/** Whether every text of a column is a moment, as `2026-01-13T03:00:00Z` in JSON is. */
async function areMoments(db: Database, sides: readonly [string, string], column: string): Promise<boolean> {
  for (const relation of sides) {
    const other = `select 1 from ${relation} where ${sqlName(column)} is not null and ${momentOf(column)} is null limit 1`;
    if ((await db.row(other)) !== undefined) return false;
  }
  return true;
}

/** SQL of a column's values as texts, by which categories are told apart and lengths are taken. */
function textOf(name: string, type: string): string {
  return isNested(type) ? `to_json(${name})::varchar` : `${name}::varchar`;
}

const isNested = (type: string) => /\[\d*\]$|^(STRUCT|MAP|UNION)\b/.test(type);

function numberOf(kind: ColumnDrift["kind"], name: string, type: string, text: string): string {
  if (kind === "numeric") return `${name}::double`;
  if (kind !== "time") return `length(${text})::double`;
  // A time of day is always finite, and has no function that says so.
  return type === "TIME" ? `epoch(${name})` : `case when isfinite(${name}) then epoch(${name}) end`;
}

function typeKind(type: string): ColumnDrift["kind"] {
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL[^[]*)$/.test(type)) return "numeric";
  if (/^(DATE|TIME|TIMESTAMP)[^[]*$/.test(type) && !type.startsWith("TIME WITH")) return "time";
  if (type === "BOOLEAN" || /^ENUM[^[]*$/.test(type)) return "categorical";
  return type === "VARCHAR" ? "text" : "other";
}

async function isCategorical(
  db: Database,
  relations: readonly [string, string],
  value: string
): Promise<boolean> {
  const counted = [];
  for (const relation of relations)
    counted.push(
      (await db.row<{different: number; values: number}>(
        `select count(distinct v)::double as different, count(v)::double as values from (select ${value} as v from ${relation})`
      ))!
    );
  return (
    counted.every(({different}) => different <= CATEGORIES) ||
    counted.some(({different, values}) => different > 0 && different * ROWS_PER_CATEGORY <= values)
  );
}

async function summaryOf(
  db: Database,
  relation: string,
  name: string,
  value: string | undefined,
  range: boolean
): Promise<Summary> {
  // NaN and infinities have no mean; avg() would hand them to every other number.
  const finite = `case when isfinite(${value}) then ${value} end`;
  const found = await db.row<Record<string, number | string | null>>(
    `select count(${name})::double as values, (count(*) - count(${name}))::double as missing
     ${value ? `, avg(${finite}) as mean, stddev_samp(${finite}) as sd` : ""}
     ${range ? `, min(${name})::varchar as least, max(${name})::varchar as most` : ""} from ${relation}`
  );
  const present = Object.entries(found!).filter(([, figure]) => figure !== null);
  return Object.fromEntries(present) as unknown as Summary;
}

function judged({
  by,
  counts
}: Omit<Binned, "by"> & Pick<ColumnDrift, "by">): Pick<ColumnDrift, "by" | "psi" | "p" | "psiByChance"> {
  const psi = populationStability(counts);
  if (psi === undefined) return {};
  const rows = (side: readonly number[]) => side.reduce((total, n) => total + n, 0);
  const chance = (counts.before.length - 1) * (1 / rows(counts.before) + 1 / rows(counts.after));
  const test = chiSquaredDrift(counts);
  return {by, psi, psiByChance: chance, p: test?.p};
}

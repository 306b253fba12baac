import {chiSquaredDrift, populationStability, type TwoCounts} from "../stats/index.js";
import {type Database, sqlName} from "../store/index.js";

export interface Summary {
  /** Rows that have a value. */
  values: number;
  missing: number;
  mean?: number;
  sd?: number;
  least?: string;
  most?: string;
}

/** How one column moved between two versions. For text it is the length in characters that is measured. */
export interface ColumnDrift {
  column: string;
  kind: "numeric" | "categorical" | "text" | "time" | "other";
  before: Summary;
  after: Summary;
  /** Population stability index over deciles of the older version, or over categories; missing is a bin of its own. */
  psi?: number;
  /** Of Pearson's chi-square test over the same bins. */
  p?: number;
  /** What the index would be on average if nothing had moved: (bins − 1)(1/n + 1/m). */
  psiByChance?: number;
}

/** A text column with at most this many different values in either version is a category. */
const CATEGORIES = 50;

/** Drift of every column that both relations have, in the order given. Both are whole versions, not samples. */
export async function columnDrift(
  db: Database,
  before: string,
  after: string,
  columns: readonly {name: string; type: string}[]
): Promise<ColumnDrift[]> {
  const found: ColumnDrift[] = [];
  for (const {name, type} of columns) found.push(await driftOf(db, before, after, name, type));
  return found;
}

async function driftOf(
  db: Database,
  before: string,
  after: string,
  column: string,
  type: string
): Promise<ColumnDrift> {
  const name = sqlName(column);
  const kind = await kindOf(db, [before, after], name, type);
  const value =
    kind === "numeric" ? `${name}::double` : kind === "text" ? `length(${name})::double` : undefined;
  const summary = (relation: string) => summaryOf(db, relation, name, value, kind === "time");
  const drift = {column, kind, before: await summary(before), after: await summary(after)};
  if (kind === "time" || kind === "other") return drift;
  return {...drift, ...judged(await bins(db, before, after, name, value))};
}

async function kindOf(
  db: Database,
  relations: readonly string[],
  name: string,
  type: string
): Promise<ColumnDrift["kind"]> {
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL.*)$/.test(type)) return "numeric";
  if (/^(DATE|TIME|TIMESTAMP)/.test(type)) return "time";
  if (type === "BOOLEAN" || type.startsWith("ENUM")) return "categorical";
  if (type !== "VARCHAR") return "other";
  for (const relation of relations) {
    const distinct = await db.row<{n: number}>(
      `select count(*)::int as n from (select distinct ${name} from ${relation} limit ${CATEGORIES + 1})`
    );
    if (distinct!.n > CATEGORIES) return "text";
  }
  return "categorical";
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

/** Counts of both versions in the same bins. */
async function bins(
  db: Database,
  before: string,
  after: string,
  name: string,
  value: string | undefined
): Promise<TwoCounts> {
  let bin = `coalesce(${name}::varchar, '')  || case when ${name} is null then '?' else '=' end`;
  if (value) {
    const edges = await db.row<{edges: number[] | null}>(
      `select list_sort(list_distinct(quantile_disc(v, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]))) as edges
       from (select ${value} as v from ${before}) where isfinite(v)`
    );
    const over = (edges?.edges ?? []).map((edge) => `(${value} > ${edge}::double)::int`);
    bin = `case when ${name} is null then '?' else (${["0", ...over].join(" + ")})::varchar end`;
  }
  const counted = await db.rows<{b: number; a: number}>(
    `select coalesce(b.n, 0)::double as b, coalesce(a.n, 0)::double as a
     from (select ${bin} as bin, count(*) as n from ${before} group by 1) b
     full join (select ${bin} as bin, count(*) as n from ${after} group by 1) a using (bin) order by bin`
  );
  return {before: counted.map(({b}) => b), after: counted.map(({a}) => a)};
}

function judged(counts: TwoCounts): Pick<ColumnDrift, "psi" | "p" | "psiByChance"> {
  const psi = populationStability(counts);
  if (psi === undefined) return {};
  const rows = (side: readonly number[]) => side.reduce((total, n) => total + n, 0);
  const chance = (counts.before.length - 1) * (1 / rows(counts.before) + 1 / rows(counts.after));
  const test = chiSquaredDrift(counts);
  return {psi, psiByChance: chance, p: test?.p};
}

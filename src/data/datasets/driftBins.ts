import type {TwoCounts} from "../../base/stats/index.js";
import type {Database} from "../../base/store/index.js";

/** What the bins of a column hold: one value each, or a range of numbers. */
export type BinnedBy = "value" | "range";

export interface Binned {
  by: BinnedBy;
  counts: TwoCounts;
}

/** Of so few different numbers each is a bin: no more than deciles make. */
const FEW_NUMBERS = 10;

/** More categories than this are a tail. */
const MOST_CATEGORIES = 1000;

/** Categories with bins of their own however few the rows are, before others are a tail. */
const LEAST_CATEGORIES = 10;

/** What the categories may take the index to, on average, if nothing had moved. */
const PSI_BY_CHANCE = 0.1;

/**
 * Rows of two relations in the same bins of a number. Few different numbers are a bin each; of more, the deciles of the older
 * relation bound the bins. What lies below its least value is a bin, and so is a value on which several deciles fall.
 * @param value SQL of the number; null where it has no bin but the one for missing values
 */
export async function numberBins(
  db: Database,
  before: string,
  after: string,
  value: string
): Promise<Binned> {
  const few = await db.row<{n: number}>(
    `select count(*)::int as n from (select distinct v from (select ${value} as v from ${before} union all select ${value} from ${after}) where v is not null limit ${FEW_NUMBERS + 1})`
  );
  if (few!.n <= FEW_NUMBERS)
    return {by: "value", counts: await counted(db, before, after, `${value}::varchar`)};
  const found = await db.row<{edges: number[] | null; least: number | null}>(
    `select quantile_disc(v, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) as edges, min(v) as least
     from (select ${value} as v from ${before}) where isfinite(v)`
  );
  const edges = found!.edges ?? [];
  const tied = edges.filter((edge, i) => edge === edges[i + 1] || edge === edges[i - 1]);
  const least = found!.least === null ? [] : [found!.least];
  const steps = [
    ...[...new Set(edges)].map((edge) => `(${value} > ${edge}::double)::int`),
    ...[...new Set([...least, ...tied])].map((edge) => `(${value} >= ${edge}::double)::int`)
  ];
  return {
    by: "range",
    counts: await counted(db, before, after, `(${["0", ...steps].join(" + ")})::varchar`)
  };
}

/**
 * Rows of two relations by value. Of more than `all` different values the most frequent of both relations have bins, and the
 * others are a tail: so many that chance alone takes the index to 0.1 at most.
 * @param value SQL of the value as text
 */
export async function categoryBins(
  db: Database,
  [before, after]: readonly [string, string],
  value: string,
  all: number
): Promise<Binned> {
  const found = await db.row<{n: number; before: number; after: number}>(
    `select (select count(*) from ${before})::double as before, (select count(*) from ${after})::double as after,
       (select count(distinct v) from (select ${value} as v from ${before} union all select ${value} from ${after}))::double as n`
  );
  const rows = {before: found!.before, after: found!.after};
  if (found!.n <= all || rows.before === 0 || rows.after === 0)
    return {by: "value", counts: await counted(db, before, after, value)};
  const kept = Math.floor(PSI_BY_CHANCE / (1 / rows.before + 1 / rows.after));
  const most = Math.min(MOST_CATEGORIES, Math.max(LEAST_CATEGORIES, kept));
  const share = (side: "before" | "after") => `count(*) filter (side = '${side}') / ${rows[side]}`;
  const frequent = `select v from (select 'before' as side, ${value} as v from ${before} union all select 'after', ${value} from ${after})
    where v is not null group by v order by ${share("before")} + ${share("after")} desc, v limit ${most}`;
  return {by: "value", counts: await counted(db, before, after, value, frequent)};
}

/** Rows by the text `bin`; where `frequent` is a query for some of them, the others are one bin. Missing is a bin of its own. */
async function counted(
  db: Database,
  before: string,
  after: string,
  bin: string,
  frequent?: string
): Promise<TwoCounts> {
  const own = frequent ? "when v in (select v from frequent) then '=' || v else 'others'" : "else '=' || v";
  const of = (relation: string) =>
    `(select bin, count(*) as n from (select case when v is null then '?' ${own} end as bin from (select ${bin} as v from ${relation})) group by bin)`;
  const rows = await db.rows<{b: number; a: number}>(
    `${frequent ? `with frequent as materialized (${frequent})` : ""}
     select coalesce(b.n, 0)::double as b, coalesce(a.n, 0)::double as a
     from ${of(before)} b full join ${of(after)} a using (bin) order by bin`
  );
  return {before: rows.map(({b}) => b), after: rows.map(({a}) => a)};
}

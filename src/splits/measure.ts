import {type Database, sqlName, type VersionManifest} from "../store/index.js";

export interface SplitMeasures {
  /** Rows of the test part whose text also stands in the training part, after folding case and white space. */
  exactLeakage?: {rows: number; share: number};
  /** Rows of the test part whose group also has rows in the training part. */
  groupLeakage?: {rows: number; share: number};
  /** Population stability index of the classes, test against train (0.1: slight, 0.25: strong shift). */
  labelPsi?: number;
  /** Jensen–Shannon distance of the classes, base 2, from 0 to 1. */
  labelJensenShannon?: number;
}

/**
 * What is wrong with a split, as far as it can be told without a model. `assigned` is a table of row_id, part and
 * group_key, `rows` the version's relation. A measure whose column the data set does not name is left out.
 */
export async function measureSplit(
  db: Database,
  version: VersionManifest,
  rows: string,
  assigned: string
): Promise<SplitMeasures> {
  const measures: SplitMeasures = {};
  if (version.text)
    measures.exactLeakage = await share(
      db,
      rows,
      assigned,
      `lower(regexp_replace(trim(r.${sqlName(version.text)}::varchar), '\\s+', ' ', 'g'))`
    );
  if (version.group)
    measures.groupLeakage = await share(db, rows, assigned, `r.${sqlName(version.group)}::varchar`);
  if (version.label) Object.assign(measures, labelDrift(await labelCounts(db, version, rows, assigned)));
  return measures;
}

async function share(
  db: Database,
  rows: string,
  assigned: string,
  key: string
): Promise<{rows: number; share: number} | undefined> {
  const found = await db.row<{leaked: number; total: number}>(
    `with keyed as (select a.part, ${key} as k from ${rows} r join ${assigned} a using (row_id))
     select count(*) filter (k in (select k from keyed where part = 'train' and k is not null))::int as leaked, count(*)::int as total
     from keyed where part = 'test'`
  );
  return found && found.total > 0 ? {rows: found.leaked, share: found.leaked / found.total} : undefined;
}

/** Rows per part and class. */
export async function labelCounts(
  db: Database,
  version: VersionManifest,
  rows: string,
  assigned: string
): Promise<Record<string, Record<string, number>>> {
  const found = await db.rows<{part: string; label: string; n: number}>(
    `select a.part, r.${sqlName(version.label!)}::varchar as label, count(*)::int as n from ${rows} r join ${assigned} a using (row_id)
     where label is not null group by all order by all`
  );
  const counts: Record<string, Record<string, number>> = {};
  for (const {part, label, n} of found) (counts[part] ??= {})[label] = n;
  return counts;
}

function labelDrift(
  counts: Record<string, Record<string, number>>
): Pick<SplitMeasures, "labelPsi" | "labelJensenShannon"> {
  const {train, test} = counts;
  if (!train || !test) return {};
  const labels = [...new Set([...Object.keys(train), ...Object.keys(test)])];
  const shares = (part: Record<string, number>, add: number) => {
    const total = labels.reduce((sum, label) => sum + (part[label] ?? 0) + add, 0);
    return labels.map((label) => ((part[label] ?? 0) + add) / total);
  };
  // Half a row is added to every class, since an empty class would make the index infinite.
  const [p, q] = [shares(train, 0.5), shares(test, 0.5)];
  const psi = labels.reduce((sum, _, i) => sum + (q[i]! - p[i]!) * Math.log(q[i]! / p[i]!), 0);
  const [a, b] = [shares(train, 0), shares(test, 0)];
  const divergence = (x: number[], m: number[]) =>
    x.reduce((sum, v, i) => (v > 0 ? sum + v * Math.log2(v / m[i]!) : sum), 0);
  const middle = a.map((v, i) => (v + b[i]!) / 2);
  return {
    labelPsi: psi,
    labelJensenShannon: Math.sqrt(Math.max(0, (divergence(a, middle) + divergence(b, middle)) / 2))
  };
}

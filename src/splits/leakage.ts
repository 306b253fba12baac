import {eachShingle, hashNumber, NumberList, plainWords} from "../datasets/index.js";
import {type Database, parquetFile, sqlName, sqlString} from "../store/index.js";

/** Rows of the test part that stand in the training part too, and their share of the test part. */
export interface Leakage {
  rows: number;
  share: number;
}

/** Words of the runs that count as taken over, as in the decontamination of the LM Evaluation Harness. */
export const NGRAM_WORDS = 13;

/** Test rows whose `key` (SQL over row `r`) is also a training row's; undefined without test rows. */
export async function keyLeakage(
  db: Database,
  rows: string,
  assigned: string,
  key: string
): Promise<Leakage | undefined> {
  return leakageOf(
    await db.row<{leaked: number; total: number}>(
      `with keyed as (select a.part, ${key} as k from ${rows} r join ${assigned} a using (row_id))
       select count(*) filter (k in (select k from keyed where part = 'train' and k is not null))::int as leaked, count(*)::int as total
       from keyed where part = 'test'`
    )
  );
}

/** Test rows in a cluster of near-duplicates that also has training rows. `near` is the clusters' Parquet. */
export async function nearLeakage(
  db: Database,
  assigned: string,
  near: string
): Promise<Leakage | undefined> {
  return leakageOf(
    await db.row<{leaked: number; total: number}>(
      `with clustered as (select a.part, n.cluster from ${assigned} a left join ${parquetFile(near)} n using (row_id))
       select count(*) filter (cluster in (select cluster from clustered where part = 'train' and cluster is not null))::int as leaked,
              count(*)::int as total
       from clustered where part = 'test'`
    )
  );
}

/**
 * DataSAIL's leakage of a split: similarity of rows in different parts / similarity of all ordered pairs, each row with itself
 * included. Rows of one cluster of near-duplicates count as alike by 1, others by 0. From 0 to 1; undefined without
 * rows.
 */
export async function similarityLeakage(
  db: Database,
  assigned: string,
  near: string
): Promise<number | undefined> {
  const found = await db.row<{leakage: number | null}>(
    `with sizes as (
       select coalesce(n.cluster, 'row:' || row_id) as cluster, a.part, count(*)::double as n
       from ${assigned} a left join ${parquetFile(near)} n using (row_id) group by all),
     clusters as (select sum(n) * sum(n) as every, sum(n * n) as same from sizes group by cluster)
     select ((sum(every) - sum(same)) / sum(every))::double as leakage from clusters`
  );
  return found?.leakage ?? undefined;
}

/**
 * Test rows that share a run of 13 words with the training part. Shorter texts have no such run: `long` counts the
 * test rows that do. Memory: 8 bytes for each distinct run of the training part. Undefined without test rows.
 */
export async function ngramLeakage(
  db: Database,
  rows: string,
  assigned: string,
  text: string
): Promise<(Leakage & {long: number}) | undefined> {
  const texts = (part: string) =>
    db.batches<{text: string | null}>(
      `select r.${sqlName(text)}::varchar as text from ${rows} r join ${assigned} a using (row_id) where a.part = ${sqlString(part)}`
    );
  const trained = new NumberList();
  for await (const batch of texts("train"))
    for (const {text} of batch)
      eachShingle(plainWords(text ?? ""), NGRAM_WORDS, false, (hash) => trained.push(hashNumber(hash)));
  const known = trained.toArray().sort();
  let [total, long, leaked] = [0, 0, 0];
  for await (const batch of texts("test"))
    for (const {text} of batch) {
      let [has, shares] = [false, false];
      eachShingle(plainWords(text ?? ""), NGRAM_WORDS, false, (hash) => {
        has = true;
        shares ||= includes(known, hashNumber(hash));
      });
      total++;
      if (has) long++;
      if (shares) leaked++;
    }
  return total === 0 ? undefined : {rows: leaked, share: leaked / total, long};
}

function includes(sorted: Float64Array, value: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}

function leakageOf(found: {leaked: number; total: number} | undefined): Leakage | undefined {
  return found && found.total > 0 ? {rows: found.leaked, share: found.leaked / found.total} : undefined;
}

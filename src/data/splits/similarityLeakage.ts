import {type Database, parquetFile} from "../../base/store/index.js";

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

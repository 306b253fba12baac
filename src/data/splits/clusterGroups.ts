import {UnionFind} from "../datasets/index.js";
import {type ColumnTypes, type Database, parquetFile, writeParquetRows} from "../../base/store/index.js";

const UNITS: ColumnTypes = {group_key: "VARCHAR", unit: "VARCHAR"};

/**
 * Which groups must stay together because near-duplicates link them, written to `file` as group_key and unit: the
 * smallest group key of those linked, over any number of steps. Groups that no near-duplicate links to another are left
 * out. `grouped` is a relation of row_id and group_key, `near` the clusters' Parquet. Memory grows with the rows that
 * have near-duplicates.
 */
export async function linkGroups(db: Database, grouped: string, near: string, file: string): Promise<void> {
  const numbers = new Map<string, number>();
  const keys: string[] = [];
  const links: [number, number][] = [];
  const numberOf = (key: string) => {
    let number = numbers.get(key);
    if (number === undefined) {
      number = keys.push(key) - 1;
      numbers.set(key, number);
    }
    return number;
  };
  // Keys come in order, so that the smallest number of those joined is the smallest key.
  const query = `with linked as (select distinct g.group_key, n.cluster from ${grouped} g join ${parquetFile(near)} n using (row_id))
    select group_key, min(group_key) over (partition by cluster) as first from linked order by group_key, first`;
  for await (const batch of db.batches<{group_key: string; first: string}>(query))
    for (const {group_key, first} of batch) links.push([numberOf(first), numberOf(group_key)]);
  const joined = new UnionFind(keys.length);
  for (const [a, b] of links) joined.join(a, b);
  await writeParquetRows(
    db,
    file,
    UNITS,
    keys.map((key, i) => ({group_key: key, unit: keys[joined.find(i)]!}))
  );
}

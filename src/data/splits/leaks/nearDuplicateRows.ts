import {group} from "d3-array";
import {type NearDuplicates, TextIndex} from "../../datasets/index.js";
import {parquetFile, sqlName, type VersionManifest} from "../../../base/store/index.js";
import type {ComparedRows, LeakingRow, Leaks} from "./types.js";

/** Training rows of a cluster that a test row is compared with to name the one most like it. */
const MOST_COMPARED = 32;

/** Test rows in a cluster of near-duplicates that also has training rows. */
export async function nearDuplicateRows(compared: ComparedRows, near: NearDuplicates): Promise<Leaks> {
  const {db, assigned} = compared;
  const total = await db.row<{of: number}>(
    `select count(*)::int as "of" from ${assigned} where part = 'test'`
  );
  const rows = await db.rows<LeakingRow>(
    `with clustered as (select row_id, a.part, n.cluster from ${assigned} a join ${parquetFile(near.file)} n using (row_id)),
       known as (select cluster, min(row_id) as known from clustered where part = 'train' group by cluster)
     select c.row_id as "row", k.known from clustered c join known k using (cluster) where c.part = 'test' order by c.row_id`
  );
  return {of: total!.of, rows};
}

/**
 * The same rows, each with the training row of its cluster that is most like it (of the first 32 by id) and how alike
 * they are: below the threshold where only others link the two.
 */
export async function withSimilarity(
  {db, rows: relation, assigned}: ComparedRows,
  version: VersionManifest,
  near: NearDuplicates,
  {of, rows}: Leaks
): Promise<Leaks> {
  const text = `r.${sqlName(version.text!)}::varchar`;
  const texts = await db.rows<{row_id: string; text: string; part: string; cluster: string}>(
    `with clustered as (select row_id, a.part, n.cluster from ${assigned} a join ${parquetFile(near.file)} n using (row_id) where a.part in ('train', 'test')),
       leaking as (select cluster from clustered group by cluster having count(distinct part) = 2)
     select c.*, ${text} as text from clustered c join ${relation} r using (row_id) semi join leaking using (cluster)
     qualify c.part = 'test' or row_number() over (partition by c.cluster, c.part order by row_id) <= ${MOST_COMPARED}
     order by row_id`
  );
  const index = new TextIndex(near.settings);
  const numbered = texts.map((one) => ({...one, number: index.add(one.text)}));
  const known = group(
    numbered.filter(({part}) => part === "train"),
    ({cluster}) => cluster
  );
  const own = new Map(numbered.filter(({part}) => part === "test").map((one) => [one.row_id, one]));
  return {
    of,
    rows: rows.map((leak) => {
      const test = own.get(leak.row)!;
      let best = {known: leak.known, similarity: 0};
      for (const {row_id, number} of known.get(test.cluster)!) {
        const similarity = index.similarity(test.number, number);
        if (similarity > best.similarity) best = {known: row_id, similarity};
      }
      return {row: leak.row, ...best};
    })
  };
}

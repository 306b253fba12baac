import type {ComparedRows, LeakingRow, Leaks} from "./types.js";

/**
 * Test rows whose group also has training rows. Rows without a group leak nothing.
 * @param group SQL of a row's group
 */
export async function sameGroup({db, rows, assigned}: ComparedRows, group: string): Promise<Leaks> {
  const keyed = `(select row_id, a.part, r.k from (select row_id, ${group} as k from ${rows}) r join ${assigned} a using (row_id))`;
  const total = await db.row<{of: number}>(`select count(*)::int as "of" from ${keyed} where part = 'test'`);
  const found = await db.rows<LeakingRow>(
    `with known as (select k, min(row_id) as known from ${keyed} where part = 'train' and k is not null group by k)
     select t.row_id as "row", n.known from ${keyed} t join known n using (k) where t.part = 'test' order by t.row_id`
  );
  return {of: total!.of, rows: found};
}

import type {Store} from "../../../base/store/index.js";

/** Rows of two runs whose expected answers are not the same in both. */
export interface ExpectedChange {
  rows: number;
  /** Those of them whose content is the same: it is the eval that expects something else. */
  byEval: number;
}

/** How many rows of both runs expect other answers now; erased rows are not looked at. */
export async function expectedChange(store: Store, before: string, now: string): Promise<ExpectedChange> {
  const [found] = await store.rows<ExpectedChange>(
    `select count(*)::int as rows, count(*) filter (a.row_hash = b.row_hash)::int as "byEval"
     from items a join items b using (row_id)
     where a.run = $before and b.run = $now and a.expected is distinct from b.expected
       and not regexp_full_match(row_id, $erased)`,
    {before, now, erased: store.erasedIds}
  );
  return found!;
}

/** As one of several things that are not the same. */
export function expectedText(rows: number): string {
  return `the expected ${rows === 1 ? "answer of 1 row" : `answers of ${rows} rows`}`;
}

import type {Database} from "../../base/store/index.js";

export interface ContentIdentity {
  rows: number;
  /** Sums of the four 64-bit words of all row hashes. */
  sums: string[];
}

/**
 * What a multiset of rows comes to, in any order: the 64-bit words of every row's SHA-256 added up as whole numbers.
 * Addition, unlike XOR, does not let pairs of equal rows cancel.
 */
export async function contentIdentity(db: Database, rows: string): Promise<ContentIdentity> {
  const word = (i: number) => `sum(('0x' || row_hash[${i * 16 + 1}:${i * 16 + 16}])::ubigint)::varchar`;
  const found = await db.row<ContentIdentity>(
    `select count(*)::bigint as rows, [${[0, 1, 2, 3].map(word).join(", ")}] as sums from ${rows}`
  );
  return {rows: found!.rows, sums: found!.sums.map(String)};
}

/**
 * True when no two rows have the same id. Counts 64-bit hashes, which takes a fraction of the memory of counting the ids:
 * as many different hashes as rows means as many ids. False may, very rarely, be a chance meeting of hashes.
 */
export async function idsDiffer(db: Database, rows: string): Promise<boolean> {
  const found = await db.row<{same: boolean}>(
    `select count(distinct hash(row_id)) filter (row_id is not null) = count(row_id) as same from ${rows}`
  );
  return found!.same;
}

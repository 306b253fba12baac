import type {Database} from "../../base/store/index.js";
import type {StoredColumn} from "./cellText.js";

/** The columns that a query gives, in order. */
export async function describeColumns(db: Database, query: string): Promise<StoredColumn[]> {
  const rows = await db.rows<{column_name: string; column_type: string}>(`describe ${query}`);
  return rows.map((row) => ({name: row.column_name, type: row.column_type}));
}

import {type Database, type IdForm, idText, sqlName} from "../store/index.js";
import {describeColumns} from "./rowQuery.js";

/**
 * The former version's rows that the new ones do not bring again, and the new ones. With an id column a row that comes
 * again replaces its former state; without one an equal row is the same row. Columns are taken together; what either side
 * lacks is null.
 * @param carried column that is no part of a row: equal rows are one whatever it holds
 */
export async function appended(
  db: Database,
  rows: string,
  former: string,
  id: {name: string; form: IdForm} | undefined,
  carried?: string
): Promise<string> {
  const own = `select * exclude (row_id, row_hash) from ${former}`;
  if (!id && carried)
    return `select * exclude (${carried}), min(${carried}) as ${carried} from ((${own}) union all by name (${rows})) group by all`;
  if (!id) return `(${own}) union by name (${rows})`;
  const column = (await describeColumns(db, rows)).find(({name}) => name === id.name);
  if (!column) return rows;
  return `(${own} where row_id not in (select ${idText(column, id.form)} from (${rows}) where ${sqlName(id.name)} is not null)) union all by name (${rows})`;
}

import {
  type Database,
  type IdForm,
  idText,
  sqlName,
  versionRows,
  versionTable,
  type VersionName,
  type Workspace
} from "../../base/store/index.js";
import {commonTypes} from "./commonTypes.js";
import {REJECTED_FILE} from "./filters/index.js";
import {describeColumns} from "./describeColumns.js";
import {COPY} from "./rowQuery.js";

/** A version's rows with those that filters dropped: a later pull may keep them. */
export async function formerRows(workspace: Workspace, version: VersionName): Promise<string> {
  const rows = await versionRows(workspace, version);
  const rejected = await versionTable(workspace, version, REJECTED_FILE);
  if (!rejected) return rows;
  return `(select * from ${rows} union all by name select * exclude (rejected_by, rejected_because) from ${rejected})`;
}

/**
 * The former version's rows that the new ones do not bring again, and the new ones. With an id column a row that comes
 * again replaces its former state; without one an equal row is the same row, and of equal ones there are as many as the side
 * that has more of them. Columns are taken together; what either side lacks is null.
 * @param carried column that is no part of a row: equal rows are one whatever it holds
 */
export async function appended(
  db: Database,
  rows: string,
  former: string,
  id: {name: string; form: IdForm} | undefined,
  carried?: string
): Promise<string> {
  const queries = [`select * exclude (row_id, row_hash) from ${former}`, rows];
  const sides = (await commonTypes(db, queries)) as [string, string];
  const columns = await describeColumns(db, union(sides));
  const idColumn = columns.find(({name}) => name === id?.name);
  if (!id) return merged(sides, columns, carried);
  if (!idColumn || !(await hasColumn(db, sides[1], id.name))) return rows;
  if (!(await hasColumn(db, sides[0], id.name))) return union(sides);
  // Read as the type that both have together, so that 4 beside 4.5 is one id wherever it comes.
  const name = sqlName(id.name);
  const [before, now] = sides.map(
    (side) => `select * replace (${name}::${idColumn.type} as ${name}) from (${side})`
  );
  const text = idText(idColumn, id.form);
  const ids = `select ${text} from (${now}) where ${name} is not null`;
  return union([`select * from (${before}) where ${name} is null or ${text} not in (${ids})`, now!]);
}

/** Each row as often as in the side that has it more often. */
function merged(
  [before, now]: readonly [string, string],
  columns: readonly {name: string}[],
  carried: string | undefined
): string {
  const own = columns.filter(({name}) => name !== carried).map(({name}) => sqlName(name));
  const sided = union([
    `select 0 as assay_side, * from (${before})`,
    `select 1 as assay_side, * from (${now})`
  ]);
  const order = carried ? ` order by ${carried}` : "";
  const numbered = `select *, row_number() over (partition by assay_side, ${own.join(", ")}${order}) as ${COPY} from (${sided})`;
  const kept = [...own, COPY, ...(carried ? [`min(${carried}) as ${carried}`] : [])];
  return `select * exclude (${COPY}) from (select ${kept.join(", ")} from (${numbered}) group by all)`;
}

function union(sides: readonly string[]): string {
  return sides.map((side) => `(${side})`).join(" union all by name ");
}

async function hasColumn(db: Database, query: string, column: string): Promise<boolean> {
  return (await describeColumns(db, query)).some(({name}) => name === column);
}

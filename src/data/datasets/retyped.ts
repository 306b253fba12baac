import {idText, sqlName} from "../../base/store/index.js";

interface RetypedColumn {
  name: string;
  type: string;
}

export interface TypedRows {
  /** Relation with `row_id`, `row_hash` and the columns. */
  relation: string;
  columns: readonly RetypedColumn[];
}

type Sides = readonly [string, string];

const isOwn = ({name}: RetypedColumn) => !["row_id", "row_hash"].includes(name);
const isNumber = (type: string) =>
  /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL.*)$/i.test(type);
const isMoment = (type: string) => /^(DATE|TIMESTAMP(_\w+)?)$/i.test(type);
const isNested = (type: string) => /\[\d*\]$|^(STRUCT|MAP|UNION)\b/i.test(type);

/**
 * The rows that both versions have, side by side: SQL for their relation, and for each column that both have a condition that
 * is true where it holds something else. 5, 5.0 and "5" under several types are the same.
 */
export function sideBySide(before: TypedRows, after: TypedRows) {
  const kept = keptColumns(before, after).map(([former, column]) => ({
    column: column.name,
    values: valuesOf(former, column)
  }));
  const relation = (rows: TypedRows, side: 0 | 1) => {
    const values = kept.flatMap((one, c) => one.values.map((sides, i) => `${sides[side]} as v${c}_${i}`));
    return `(select ${["row_id", "row_hash", ...values].join(", ")} from ${rows.relation})`;
  };
  return {
    relation: `${relation(before, 0)} a join ${relation(after, 1)} b using (row_id)`,
    columns: kept.map(({column, values}, c) => ({
      column,
      differs: `(${values.map((_, i) => `a.v${c}_${i} is distinct from b.v${c}_${i}`).join(" and ")})`
    }))
  };
}

/**
 * A query for the ids of rows whose hash is another for the type of a column alone; undefined when there can be none: no
 * column changed its type, or one came or went.
 */
export function retypedRows(before: TypedRows, after: TypedRows): string | undefined {
  const kept = keptColumns(before, after);
  const came = [before, after].some(({columns}) => columns.filter(isOwn).length !== kept.length);
  if (came || kept.every(([former, column]) => former.type === column.type)) return undefined;
  const {relation, columns} = sideBySide(before, after);
  const differs = columns.map((column) => column.differs).join(" or ");
  return `select row_id from ${relation} where a.row_hash <> b.row_hash and not (${differs})`;
}

function keptColumns(before: TypedRows, after: TypedRows): [RetypedColumn, RetypedColumn][] {
  return after.columns.filter(isOwn).flatMap((column): [RetypedColumn, RetypedColumn][] => {
    const former = before.columns.find(({name}) => name === column.name);
    return former ? [[former, column]] : [];
  });
}

/** What is compared of a column, in SQL of each side: the two hold the same when one pair of these is equal. */
function valuesOf(before: RetypedColumn, after: RetypedColumn): Sides[] {
  const types = [before.type, after.type];
  const as = (type: string): Sides => {
    const value = `${sqlName(after.name)}::${type}`;
    return [value, value];
  };
  if (before.type === after.type) return [[sqlName(after.name), sqlName(after.name)]];
  if (types.every(isMoment)) return [as("timestamp")];
  if (types.every(isNumber) && types.some((type) => /^DECIMAL/i.test(type))) return [as("double")];
  return [[textOf(before), textOf(after)], ...(types.some(isNested) ? [] : [as("varchar")])];
}

function textOf(column: RetypedColumn): string {
  return isNested(column.type) ? `to_json(${sqlName(column.name)})::varchar` : idText(column);
}

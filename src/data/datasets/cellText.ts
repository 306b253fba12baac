import {sqlName} from "../../base/store/index.js";

/** A column's name and its type in DuckDB. */
export interface StoredColumn {
  name: string;
  type: string;
}

const NUMBER = /^(?:U?INTEGER|U?BIGINT|U?HUGEINT|FLOAT|DOUBLE|BIGNUM|VARINT|DECIMAL\(\d+, ?\d+\))$/i;
const FEWEST_DIGITS = 7;
const SMALLER = `${10 ** (FEWEST_DIGITS - 1) - 1}`;

/** A type as messages name it. Members of structures are data, so that they may be personal. */
export const shownType = ({type}: Pick<StoredColumn, "type">) =>
  type.replace(/^(STRUCT|UNION|MAP|ENUM)\(.*\)/is, "$1(…)");

/** Whether cells are text as they are. */
export const isText = ({type}: StoredColumn) => /^VARCHAR$/i.test(type);

/** Whether cells are numbers that can have seven digits or more. */
export const isNumber = ({type}: Pick<StoredColumn, "type">) => NUMBER.test(type);

/**
 * The expression that reads a column's cells to look for personal data in them: text as it is, all else as its JSON. Numbers
 * of fewer than seven digits, and lists of nothing else, are null: nothing is found in them.
 */
export function cellText(column: StoredColumn): string {
  const name = sqlName(column.name);
  if (isText(column)) return name;
  const json = `to_json(${name})::varchar`;
  if (isNumber(column)) return `case when ${isLong(name)} then ${json} end`;
  const list = /^(.+)\[\d*\]$/.exec(column.type);
  if (!list || !isNumber({type: list[1]!})) return json;
  const values = `${name}::${list[1]}[]`;
  return `case when ${isLong(`list_max(${values})`)} or ${isLong(`list_min(${values})`)} then ${json} end`;
}

const isLong = (value: string) => `${value} not between -${SMALLER} and ${SMALLER}`;

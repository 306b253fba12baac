import {idText, sqlName, type VersionManifest} from "../../base/store/index.js";

/**
 * SQL of a column's values as texts, by which groups and classes are told apart. One value has one text whatever type its
 * column has in a version: 1 stays "1" when a value that is missing or a fraction makes the column DOUBLE.
 */
export function columnText(version: VersionManifest, column: string): string {
  return idText(version.columns.find(({name}) => name === column) ?? {name: column, type: "VARCHAR"});
}

/** Whether a column has other texts than DuckDB gives its values: splits of such versions were once divided by those. */
export function isRetold(version: VersionManifest, column: string): boolean {
  return columnText(version, column) !== `${sqlName(column)}::varchar`;
}

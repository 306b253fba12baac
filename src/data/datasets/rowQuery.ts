import {UserError} from "../../base/validation/index.js";
import {
  type ColumnTypes,
  type Database,
  type IdForm,
  idText,
  ROW_COLUMNS,
  sqlName,
  sqlString
} from "../../base/store/index.js";
import type {DatasetDefinition} from "./define.js";
import {describeColumns} from "./describeColumns.js";

/** Carries what was found in a row, as JSON, through a pull that redacts. No part of the row, and in no file that is kept. */
export const FINDINGS = "assay_findings";

/** Tells equal rows apart while they are numbered. */
export const COPY = "assay_copy";

/** Numbers the rows of a source while they are held against tombstones. */
export const SOURCE_ROW = "assay_source_row";

const ALWAYS_OURS = [
  ...Object.keys(ROW_COLUMNS satisfies ColumnTypes),
  FINDINGS,
  COPY,
  SOURCE_ROW,
  "assay_side",
  "assay_group_key"
];

/**
 * Throws UserError when a dataset's own columns have names that Assay gives to its own, whatever their letters' case, or names
 * that no query can hold.
 */
export async function assertColumnNames(
  db: Database,
  {name: dataset, filters, privacy}: DatasetDefinition,
  query: string
): Promise<void> {
  const ours = new Set([
    ...ALWAYS_OURS,
    ...(filters ? ["rejected_by", "rejected_because"] : []),
    ...(filters || privacy ? ["file_row_number"] : [])
  ]);
  const columns = await describeColumns(db, query);
  const problems = [
    ...columns
      .filter(({name}) => ours.has(name.toLowerCase()))
      .map(({name}) => `column "${name}" is Assay's own; rename it in \`sql\``),
    ...columns
      .filter(({name, type}) => `${name}${type}`.includes("\0"))
      .map(
        ({name}) =>
          `column ${JSON.stringify(name.slice(0, 60))} has a NUL character in its name, or in one within it; rename it in the source`
      )
  ];
  if (problems.length > 0)
    throw new UserError(`dataset ${dataset}: ${problems.join("; ")}. No version was made.`);
}

/** The query from the source to the dataset's own columns. */
export function ownColumns(definition: DatasetDefinition, relation: string): string {
  return definition.sql
    ? `with source as (select * from ${relation}) ${definition.sql}\n`
    : `select * from ${relation}`;
}

/**
 * The version's rows: id and content hash first, then the dataset's own columns. The hash is SHA-256 of a row's JSON
 * with its columns in alphabetical order. Without an id column the hash is the id, even where rows are equal:
 * `numberEqualRows` tells those apart.
 * @param form of whole numbers among the ids
 */
export async function rowQuery(
  db: Database,
  definition: DatasetDefinition,
  rows: string,
  form: IdForm
): Promise<string> {
  const columns = await describeColumns(db, rows);
  const names = columns.map(({name}) => name).filter((name) => !(definition.privacy && name === FINDINGS));
  const wanted = (["id", "text", "label", "group", "time"] as const).filter(
    (role) => definition[role] && !names.includes(definition[role])
  );
  const problems = wanted.map(
    (role) => `\`${role}\` names column "${definition[role]}", which is not among ${names.join(", ")}`
  );
  if (problems.length > 0) throw new UserError(`dataset ${definition.name}: ${problems.join("; ")}.`);
  const named = columns.find(({name}) => name === definition.id);
  const id = named ? idText(named, form) : "row_hash";
  return `select ${id} as row_id, row_hash, * exclude (row_hash)
    from (select *, ${rowHash(names)} as row_hash from (${rows}))`;
}

/** SQL of a row's hash, from the names of its columns. */
export function rowHash(names: readonly string[]): string {
  const struct = [...names]
    .sort()
    .map((column) => `${sqlString(column)}: ${sqlName(column)}`)
    .join(", ");
  return `sha256(to_json({${struct}})::varchar)`;
}

/**
 * Rows whose ids are all different stay as they are; equal rows get "-2", "-3" and so on behind their hash.
 * @param order column by which equal rows are told apart, when they carry one that is no part of them
 */
export function numberEqualRows(rows: string, order?: string): string {
  const repeated = `(select row_hash from ${rows} group by row_hash having count(*) > 1)`;
  return `select * from ${rows} where row_hash not in ${repeated}
    union all by name
    select row_hash || case ${COPY} when 1 then '' else '-' || ${COPY} end as row_id, * exclude (${COPY}, row_id)
    from (select *, row_number() over (partition by row_hash${order ? ` order by ${order}` : ""}) as ${COPY} from ${rows} where row_hash in ${repeated})`;
}

import {sha256, sqlName, sqlString, UserError, type VersionManifest} from "../store/index.js";
import type {SplitSpec} from "./spec.js";

export interface Shares {
  validation: number;
  test: number;
  sealed: number;
}

/** The shares of a spec with its defaults; refuses what does not leave a training part. */
export function sharesOf(spec: SplitSpec): Shares {
  const shares = {validation: spec.validation ?? 0.15, test: spec.test ?? 0.15, sealed: spec.sealed ?? 0};
  const wrong = Object.entries(shares).filter(([, share]) => !(share >= 0 && share < 1));
  if (wrong.length > 0 || shares.validation + shares.test + shares.sealed >= 1)
    throw new UserError(
      `split ${spec.name ?? spec.strategy}: validation ${shares.validation}, test ${shares.test} and sealed ${shares.sealed} must each be from 0 to 1 and leave something to train on.`
    );
  return shares;
}

/** A number from 0 to 1 (exclusive) from a key: the same key gives the same number in every version. */
export function hashUnit(keySql: string, seed: string): string {
  return `(('0x' || sha256(${sqlString(sha256(seed) + ":")} || ${keySql})[1:13])::ubigint / 4503599627370496.0)`;
}

/** Names the part of a unit number: test first, then validation, then sealed, so that a changed share moves few rows. */
export function partOf(unitSql: string, shares: Shares): string {
  const {test, validation, sealed} = shares;
  return `case when ${unitSql} < ${test} then 'test' when ${unitSql} < ${test + validation} then 'validation' when ${unitSql} < ${test + validation + sealed} then 'sealed' else 'train' end`;
}

/** The column a spec groups by; undefined when rows stand alone. Throws when the strategy needs one and none is named. */
export function groupColumn(spec: SplitSpec, version: VersionManifest): string | undefined {
  const column = spec.group ?? version.group;
  if (column) assertColumn(version, column, "group");
  if (!column && (spec.strategy === "group" || spec.strategy === "stratified-group"))
    throw new UserError(
      `split ${spec.name ?? spec.strategy}: data set ${version.dataset} names no group column. Give the data set \`group\`, or the split \`group: "column"\`.`
    );
  return column;
}

export function assertColumn(version: VersionManifest, column: string, role: string): void {
  if (!version.columns.some(({name}) => name === column))
    throw new UserError(
      `data set ${version.dataset}@${version.id} has no column "${column}" (wanted as ${role}). It has ${version.columns.map(({name}) => name).join(", ")}.`
    );
}

/**
 * The query that assigns every row of `rows` to a part: row_id, part, group_key.
 * Rows without a group stand alone.
 */
export function assignQuery(spec: SplitSpec, version: VersionManifest, rows: string): string {
  const seed = spec.seed ?? "assay";
  const shares = sharesOf(spec);
  const group = groupColumn(spec, version);
  const groupKey = group ? `coalesce(${sqlName(group)}::varchar, 'row:' || row_id)` : "row_id";
  switch (spec.strategy) {
    case "random":
      return `select row_id, ${partOf(hashUnit("row_id", seed), shares)} as part, ${groupKey} as group_key from ${rows}`;
    case "group":
      return `select row_id, ${partOf(hashUnit("group_key", seed), shares)} as part, group_key from (select row_id, ${groupKey} as group_key from ${rows})`;
    case "stratified": {
      const label = labelColumn(spec, version);
      const rank = `(row_number() over (partition by ${sqlName(label)} order by ${hashUnit("row_id", seed)}, row_id) - 0.5) / count(*) over (partition by ${sqlName(label)})`;
      return `select row_id, ${partOf("unit", shares)} as part, group_key from (select row_id, ${groupKey} as group_key, ${rank} as unit from ${rows})`;
    }
    case "temporal": {
      const time = spec.cutoffs || version.time ? version.time : undefined;
      if (!time)
        throw new UserError(
          `split ${spec.name ?? "temporal"}: data set ${version.dataset} names no time column. Give it \`time: "column"\`.`
        );
      return temporalQuery(spec, shares, time, groupKey, rows);
    }
    case "given": {
      if (!spec.column)
        throw new UserError(
          `split ${spec.name ?? "given"}: name the column that holds the part with \`column: "…"\`.`
        );
      assertColumn(version, spec.column, "part");
      const value = `lower(${sqlName(spec.column)}::varchar)`;
      return `select row_id, case when ${value} in ('val', 'dev', 'valid', 'validation') then 'validation' when ${value} in ('train', 'test', 'sealed') then ${value} end as part, ${groupKey} as group_key from ${rows}`;
    }
    default:
      throw new UserError(
        `split ${spec.name ?? spec.strategy}: no such strategy ${JSON.stringify(spec.strategy)}.`
      );
  }
}

export function labelColumn(spec: SplitSpec, version: VersionManifest): string {
  if (version.label) return version.label;
  throw new UserError(
    `split ${spec.name ?? spec.strategy}: data set ${version.dataset} names no label column. Give it \`label: "column"\`.`
  );
}

/** The newest rows are tested on. Rows without a time are trained on: nothing says that they are new. */
function temporalQuery(
  spec: SplitSpec,
  shares: Shares,
  time: string,
  groupKey: string,
  rows: string
): string {
  const when = `try_cast(${sqlName(time)}::varchar as timestamptz)`;
  if (spec.cutoffs) {
    const {test, validation} = spec.cutoffs;
    const before = validation
      ? `when ${when} >= ${sqlString(validation)}::timestamptz then 'validation'`
      : "";
    return `select row_id, case when ${when} >= ${sqlString(test)}::timestamptz then 'test' ${before} else 'train' end as part, ${groupKey} as group_key from ${rows}`;
  }
  const rank = `row_number() over (order by ${when} desc nulls last, row_id) - 0.5`;
  return `select row_id, case when moment is null then 'train' else ${partOf("unit", shares)} end as part, group_key
    from (select row_id, ${groupKey} as group_key, ${when} as moment, (${rank}) / count(*) over () as unit from ${rows})`;
}

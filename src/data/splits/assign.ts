import {UserError} from "../../base/validation/index.js";
import type {VersionManifest} from "../../base/store/index.js";
import {columnText} from "./columnText.js";
import {hashUnit, partOf, sharesOf} from "./shares.js";
import type {SplitSpec} from "./spec.js";
import {temporalQuery} from "./temporal.js";

/** The column a spec groups by; undefined when rows stand alone. Throws when the strategy needs one and none is named. */
export function groupColumn(spec: SplitSpec, version: VersionManifest): string | undefined {
  const column = spec.group ?? version.group;
  if (column) assertColumn(version, column, "group");
  if (!column && (spec.strategy === "group" || spec.strategy === "stratified-group"))
    throw new UserError(
      `split ${spec.name ?? spec.strategy}: dataset ${version.dataset} names no group column. Give the dataset \`group\`, or the split \`group: "column"\`.`
    );
  return column;
}

export function assertColumn(version: VersionManifest, column: string, role: string): void {
  if (!version.columns.some(({name}) => name === column))
    throw new UserError(
      `dataset ${version.dataset}@${version.id} has no column "${column}" (wanted as ${role}). It has ${version.columns.map(({name}) => name).join(", ")}.`
    );
}

/** SQL of the key of a row's group; a row without a group stands alone. */
export function groupKey(version: VersionManifest, column: string): string {
  return `coalesce(${columnText(version, column)}, 'row:' || row_id)`;
}

/**
 * The query that assigns every row of `rows` to a part: row_id, part, group_key.
 * Rows without a group stand alone.
 */
export function assignQuery(spec: SplitSpec, version: VersionManifest, rows: string): string {
  const seed = spec.seed ?? "assay";
  const shares = sharesOf(spec);
  if ((spec.rolling !== undefined || spec.gap !== undefined) && spec.strategy !== "temporal")
    throw new UserError(
      `split ${spec.name ?? spec.strategy}: \`rolling\` and \`gap\` go with the strategy temporal, not ${spec.strategy}.`
    );
  const group = groupColumn(spec, version);
  const key = group ? groupKey(version, group) : "row_id";
  switch (spec.strategy) {
    case "random":
      return `select row_id, ${partOf(hashUnit("row_id", seed), shares)} as part, ${key} as group_key from ${rows}`;
    case "group":
      return `select row_id, ${partOf(hashUnit("group_key", seed), shares)} as part, group_key from (select row_id, ${key} as group_key from ${rows})`;
    case "stratified": {
      const classed = `select row_id, ${key} as group_key, ${columnText(version, labelColumn(spec, version))} as class from ${rows}`;
      // Ranks begin at an offset of the class's own: with one for all, the rows of every small class would fall into the same parts.
      const offset = hashUnit("'class:' || coalesce(class, '')", seed);
      const rank = `row_number() over (partition by class order by ${hashUnit("row_id", seed)}, row_id) - 1 + ${offset}`;
      return `select row_id, ${partOf("unit", shares)} as part, group_key from (select row_id, group_key, (${rank}) / count(*) over (partition by class) as unit from (${classed}))`;
    }
    case "temporal":
      return temporalQuery(spec, shares, version, key, rows);
    case "given": {
      if (!spec.column)
        throw new UserError(
          `split ${spec.name ?? "given"}: name the column that holds the part with \`column: "…"\`.`
        );
      assertColumn(version, spec.column, "part");
      const value = `lower(${columnText(version, spec.column)})`;
      return `select row_id, case when ${value} in ('val', 'dev', 'valid', 'validation') then 'validation' when ${value} in ('held-out', 'held_out', 'heldout', 'sealed') then 'held-out' when ${value} in ('train', 'training') then 'train' when ${value} in ('test', 'testing') then 'test' end as part, ${key} as group_key from ${rows}`;
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
    `split ${spec.name ?? spec.strategy}: dataset ${version.dataset} names no label column. Give it \`label: "column"\`.`
  );
}

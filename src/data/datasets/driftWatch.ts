import {addRank, newExchangeability} from "../../base/stats/exchangeability.js";
import {type RankedValue, sequentialRanks} from "../../base/stats/sequentialRanks.js";
import {UserError} from "../../base/validation/index.js";
import {
  type Database,
  hasRows,
  readVersion,
  sqlName,
  type VersionManifest,
  versionRows,
  type VersionWatch,
  type WatchedColumn,
  type Workspace
} from "../../base/store/index.js";
import type {StoredColumn} from "./cellText.js";
import type {DatasetDefinition} from "./define.js";

/** The chance of a false alarm, over all columns and all looks at one reference. */
const WATCH_ALPHA = 0.05;

/** Rows of a reference that are looked at; of a larger one, and of what comes after it, every so many rows are. */
const MOST_ROWS = 50_000;

/** A column of texts with at most so many different values in the reference is one of categories. */
const CATEGORIES = 50;

/** What a pull has read, and the version before. */
export interface WatchedPull {
  db: Database;
  workspace: Workspace;
  definition: DatasetDefinition;
  /** The relation of the new version's rows. */
  rows: string;
  columns: readonly StoredColumn[];
  parent: VersionManifest | undefined;
  tell?: (message: string) => void;
}

/**
 * Looks at the rows that came since the version before, and goes on with the test that they are like those of the reference.
 * Undefined where nothing is watched, or there is nothing yet to compare with.
 */
export async function watchDrift(pulled: WatchedPull): Promise<VersionWatch | undefined> {
  const {workspace, definition, parent, tell} = pulled;
  if (!definition.watch || !parent) return undefined;
  const {name: dataset} = definition;
  const before = parent.watch;
  const wanted = definition.watch.against ?? before?.reference ?? parent.id;
  const reference = await readVersion(workspace, {dataset, id: wanted});
  if (!reference)
    throw new UserError(
      `dataset ${dataset}: \`watch.against\` names ${JSON.stringify(wanted.slice(0, 64))}, which is no version of it. \`assay versions ${dataset}\` lists their ids.`
    );
  const isHere = (version: VersionManifest) => hasRows(workspace, version);
  if (!(await isHere(reference)) || !(await isHere(parent))) {
    tell?.(
      `${dataset}: the rows of version ${wanted} are gone, so its drift is not watched. Name another in \`watch.against\``
    );
    return before;
  }
  const state =
    before && before.reference === wanted ? before : await begun(pulled, reference, definition.watch.columns);
  return {...state, ...(await lookedAt(pulled, reference, state))};
}

/** What to say of a column that has moved: the e-value at which it is reported. */
const alarmAt = ({columns}: VersionWatch): number => columns.length / WATCH_ALPHA;

/** Columns that have moved, by their e-values, largest first. */
export function alarms(watch: VersionWatch): {column: string; eValue: number}[] {
  return watch.columns
    .map(({column, most}) => ({column, eValue: Math.exp(most)}))
    .filter(({eValue}) => eValue >= alarmAt(watch))
    .sort((a, b) => b.eValue - a.eValue);
}

/** The columns that have moved since a version's reference. */
export const driftedColumns = (watch: VersionWatch): string[] => alarms(watch).map(({column}) => column);

/** An e-value as it is shown. */
export const eValueText = (eValue: number): string =>
  eValue >= 10_000 ? eValue.toExponential(1) : String(Math.round(eValue * 10) / 10);

/** One line for a person who pulls. */
export function watchText(dataset: string, watch: VersionWatch): string {
  const found = alarms(watch);
  const [largest] = [...watch.columns].sort((a, b) => b.most - a.most);
  const since = `${watch.rows} new rows since ${watch.reference}`;
  if (found.length > 0)
    return `! ${dataset} drifted in ${since}: ${found.map(({column, eValue}) => `${column} (e-value ${eValueText(eValue)})`).join(", ")}. Judge its models again; \`watch.against\` names the version to compare with from then on`;
  const most = largest ? `: largest e-value ${eValueText(Math.exp(largest.most))}, of ${largest.column}` : "";
  return `${dataset}: no drift in ${since}${most} (alarm at ${alarmAt(watch)})`;
}

async function begun(
  {db, workspace, definition}: WatchedPull,
  reference: VersionManifest,
  named: readonly string[] | undefined
): Promise<VersionWatch> {
  const {name, id, group, time, label} = definition;
  const missing = (named ?? []).filter((column) => !reference.columns.some((one) => one.name === column));
  if (missing.length > 0)
    throw new UserError(
      `dataset ${name}: \`watch.columns\` names ${missing.join(", ")}, which version ${reference.id} does not have.`
    );
  const rows = await versionRows(workspace, reference);
  const columns: WatchedColumn[] = [];
  for (const column of reference.columns) {
    const isOwn = [id, group, time, ...OURS].includes(column.name);
    if (named ? !named.includes(column.name) : isOwn) continue;
    const by = await measureOf(db, rows, column, column.name === label);
    if (by) columns.push({column: column.name, by, ...newExchangeability()});
  }
  return {reference: reference.id, rows: 0, every: Math.ceil(reference.rows / MOST_ROWS) || 1, columns};
}

/** The columns that each version has of its own, whatever its dataset. */
const OURS = ["row_id", "row_hash"];

const isNested = (type: string) => /\[\d*\]$|^(STRUCT|MAP|UNION)\b/.test(type);
const textOf = ({name, type}: StoredColumn) =>
  isNested(type) ? `to_json(${sqlName(name)})::varchar` : `${sqlName(name)}::varchar`;

/** How a column is compared; undefined for times, which move on. */
async function measureOf(
  db: Database,
  rows: string,
  column: StoredColumn,
  isLabel: boolean
): Promise<WatchedColumn["by"] | undefined> {
  const {type} = column;
  if (/^(DATE|TIME)/.test(type) && !isNested(type)) return undefined;
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL[^[]*)$/.test(type) && !isLabel)
    return "number";
  if (isLabel || type === "BOOLEAN" || /^ENUM/.test(type)) return "value";
  const text = textOf(column);
  const found = await db.row<{different: number; values: number; moments: number}>(
    `select count(distinct v)::double as different, count(v)::double as values,
       count(try_cast(v as timestamptz))::double as moments from (select ${text} as v from ${rows})`
  );
  const {different, values, moments} = found!;
  if (type === "VARCHAR" && values > 0 && moments === values) return undefined;
  return different <= CATEGORIES && !isNested(type) ? "value" : "length";
}

/** SQL of what is ranked; a missing value is below all others. */
function codeOf(column: StoredColumn, by: WatchedColumn["by"]): string {
  if (by === "value") return `coalesce('=' || ${textOf(column)}, '')`;
  if (by === "length") return `coalesce(length(${textOf(column)})::double, -1)`;
  const number = `try_cast(${sqlName(column.name)} as double)`;
  return `coalesce(case when isnan(${number}) then 'infinity'::double else ${number} end, '-infinity'::double)`;
}

/** Ranks the rows that neither version before has among all of theirs, column by column. */
async function lookedAt(
  {db, workspace, definition, rows, columns: present, parent}: WatchedPull,
  reference: VersionManifest,
  {rows: seen, every, columns}: VersionWatch
): Promise<Pick<VersionWatch, "rows" | "columns">> {
  const sides = [
    {relation: await versionRows(workspace, reference), columns: reference.columns},
    {relation: await versionRows(workspace, parent!), columns: parent!.columns}
  ] as const;
  const [old, fresh] = ["assay_watch_old", "assay_watch_new"];
  // Rows of a group are not independent: its first one stands for it.
  const groupOf = (of: readonly {name: string}[]) =>
    definition.group !== undefined && of.some(({name}) => name === definition.group)
      ? `coalesce('=' || ${sqlName(definition.group)}::varchar, row_id)`
      : "row_id";
  const ids = (relation: string, side: number, of: readonly {name: string}[]) =>
    `select row_id, md5(row_id) as h, ${groupOf(of)} as g, ${side} as side from ${relation}`;
  const once = `qualify row_number() over (partition by g order by side, h) = 1`;
  const sampled = `('0x' || h[1:7])::ubigint % ${every} = 0`;
  const [first, second] = sides;
  try {
    await db.run(
      `create or replace temp table ${old} as select * from (${ids(first.relation, 0, first.columns)} union all
       select * from (${ids(second.relation, 1, second.columns)}) where row_id not in (select row_id from ${first.relation})) ${once}`
    );
    await db.run(
      `create or replace temp table ${fresh} as select * from (${ids(rows, 2, present)})
       where row_id not in (select row_id from ${first.relation}) and row_id not in (select row_id from ${second.relation})
       and g not in (select g from ${old}) and ${sampled} ${once}`
    );
    const count = await db.row<{n: number}>(`select count(*)::double as n from ${fresh}`);
    const next: WatchedColumn[] = [];
    for (const watched of columns) {
      const {column, by} = watched;
      const [now, ...former] = [present, first.columns, second.columns].map((all) =>
        all.find(({name}) => name === column)
      );
      if (!now || count!.n === 0) {
        next.push(watched);
        continue;
      }
      const bag = sides.map(({relation}, side) =>
        former[side]
          ? `select ${codeOf(former[side], by)} as value from ${relation} where row_id in (select row_id from ${old} where side = ${side} and ${sampled})`
          : ""
      );
      const before = await db.rows<{value: string | number; count: number}>(
        `select value, count(*)::double as count from (${bag.filter(Boolean).join(" union all ")}) group by value`
      );
      const values = await db.rows<RankedValue<string | number>>(
        `select ${codeOf(now, by)} as value, ('0x' || md5(row_id || ' tie')[1:13])::ubigint / 4503599627370496 as tie
         from ${rows} where row_id in (select row_id from ${fresh}) order by md5(row_id), row_id`
      );
      next.push({...watched, ...sequentialRanks(before, values).reduce(addRank, watched)});
    }
    return {rows: seen + count!.n, columns: next};
  } finally {
    await db.run(`drop table if exists ${old}; drop table if exists ${fresh}`);
  }
}

import {rm} from "node:fs/promises";
import {temporaryPath} from "../../base/system/index.js";
import {parquetFile, type Store, writeParquet, writeParquetRows} from "../../base/store/index.js";
import {assignParts, dealGroups, type ToAssign} from "./assignParts.js";
import {columnText} from "./columnText.js";
import {labelColumn} from "./assign.js";
import {recordedQuery, seenQuery} from "./heldOutBefore.js";
import {momentOfColumn} from "../datasets/index.js";
import {hashUnit, partOf, sharesOf} from "./shares.js";

/** A held-out part that is another than the rows and the spec alone give. */
export interface HeldOutDrawn {
  /** Rows of it that were held out before. */
  kept: number;
  added: number;
  /** Rows of it that have rows of their group, cluster or moment in other parts. */
  apart: number;
  /** SHA-256 over the ids of all its rows, in order. */
  sha256: string;
}

/**
 * Writes which part every row belongs to. Rows are held out once: those that splits of the dataset hold out are the held-out
 * part, with rows that no earlier split had in another part, up to the share; the others are divided. The parts are those of
 * the rows and the spec alone where these keep to that, and where nothing was held out before: then undefined is given.
 */
export async function divideRows(
  store: Store,
  file: string,
  assigned: ToAssign
): Promise<HeldOutDrawn | undefined> {
  await assignParts(store, file, assigned);
  if (!assigned.spec.heldOut || assigned.spec.strategy === "given") return undefined;
  const temporary = ["known", "chosen", "parts"].map((name) => temporaryPath(`${file}.${name}`));
  const [known, chosen, parts] = temporary as [string, string, string];
  try {
    if (!(await writeKnown(store, known, file, assigned))) return undefined;
    const units = await drawUnits(store, parquetFile(known), assigned);
    await writeParquetRows(
      store,
      chosen,
      {unit: "VARCHAR"},
      units.map((unit) => ({unit}))
    );
    await writeDivided(store, parts, {known, chosen, assigned});
    await writeParquet(
      store,
      file,
      `select row_id, part, group_key from ${parquetFile(parts)} order by row_id`
    );
    return (await store.row<HeldOutDrawn>(
      `select count(*) filter (recorded)::int as kept, count(*) filter (not recorded)::int as added,
         count(*) filter (open)::int as apart, sha256(string_agg(row_id, chr(10) order by row_id)) as sha256
       from (select *, bool_or(part <> 'held-out') over (partition by unit) as open from ${parquetFile(parts)})
       where part = 'held-out'`
    ))!;
  } finally {
    for (const path of temporary) await rm(path, {force: true});
  }
}

/**
 * Writes what is known of every row: its part by the spec alone, its unit, `class`, `place` (null where it is never held out),
 * and whether it is recorded as held out or was seen in another part. False where that part may stay.
 */
async function writeKnown(
  store: Store,
  known: string,
  file: string,
  {spec, version, rows}: ToAssign
): Promise<boolean> {
  const seen = await seenQuery(store, version);
  const moment = spec.strategy === "temporal" ? momentOfColumn(version.time!) : undefined;
  const unit = moment
    ? `coalesce(${moment}::varchar, 'row:' || row_id)`
    : /group|cluster/.test(spec.strategy)
      ? "group_key"
      : "row_id";
  const label =
    spec.strategy === "stratified"
      ? `coalesce(${columnText(version, labelColumn(spec, version))}, '')`
      : "''";
  const place = moment ? "m.moment" : hashUnit("m.unit", spec.seed ?? "assay");
  const unseen = "select ''::varchar as row_id, false as seen where false";
  await writeParquet(
    store,
    known,
    `with recorded as (select distinct row_id, true as recorded from (${await recordedQuery(store, version)})),
       seen as (${seen ? `select distinct row_id, true as seen from (${seen})` : unseen}),
       marked as (select row_id, ${unit} as unit, ${label} as class, ${moment ? `epoch_us(${moment})::double` : "null"} as moment
         from ${rows} join (select row_id, group_key from ${parquetFile(file)}) using (row_id))
     select p.*, m.unit, m.class, ${place} as place,
       coalesce(recorded, false) as recorded, coalesce(seen, false) and not coalesce(recorded, false) as seen
     from ${parquetFile(file)} p join marked m using (row_id) left join recorded using (row_id) left join seen using (row_id)`
  );
  const found = (await store.row<{recorded: number; moved: number}>(
    `select count(*) filter (recorded)::int as recorded,
       count(*) filter (recorded and part <> 'held-out' or seen and part = 'held-out')::int as moved
     from ${parquetFile(known)}`
  ))!;
  return found.recorded > 0 && found.moved > 0;
}

/** Rows with whether their unit holds a recorded one, and whether one was seen in another part. */
const inUnits = (known: string) =>
  `(select *, bool_or(recorded) over (partition by unit) as of_recorded, bool_or(seen) over (partition by unit) as of_seen from ${known})`;

/** A new row of a recorded row's group is held out beside it. */
const KEPT = "(recorded or of_recorded and not seen)";

/**
 * The units that are held out beside those recorded: none with a row that was seen. Those come first that the spec alone holds
 * out, then the oldest or the first by their hash.
 */
async function drawUnits(store: Store, known: string, {spec}: ToAssign): Promise<string[]> {
  const {heldOut} = sharesOf(spec);
  const offset = hashUnit("'class:' || class", spec.seed ?? "assay");
  const due =
    spec.strategy === "stratified"
      ? `floor(${heldOut} * count(*) + ${offset})`
      : `round(${heldOut} * count(*))`;
  const left = new Map(
    (
      await store.rows<{class: string; due: number}>(
        `select class, (${due} - count(*) filter (${KEPT}))::double as due from ${inUnits(known)} group by class`
      )
    ).map((one) => [one.class, one.due])
  );
  const drawn: string[] = [];
  const candidates = `select unit, any_value(class) as class, count(*)::int as n from ${inUnits(known)}
    where not of_recorded and not of_seen and place is not null group by unit
    order by bool_and(part = 'held-out') desc, min(place), unit`;
  for await (const batch of store.batches<{unit: string; class: string; n: number}>(candidates))
    for (const {unit, class: name, n} of batch) {
      if (n > left.get(name)!) continue;
      left.set(name, left.get(name)! - n);
      drawn.push(unit);
    }
  return drawn;
}

interface ToDivide {
  known: string;
  /** Parquet of the units drawn. */
  chosen: string;
  assigned: ToAssign;
}

/** Writes row_id, part, group_key, unit and recorded: the rows drawn as held-out, the others divided among the other parts. */
async function writeDivided(store: Store, parts: string, {known, chosen, assigned}: ToDivide): Promise<void> {
  const {spec, version, rows} = assigned;
  const held = `(select *, ${KEPT} or unit in (select unit from ${parquetFile(chosen)}) as held from ${inUnits(parquetFile(known))})`;
  const write = (part: string, from = held) =>
    writeParquet(
      store,
      parts,
      `select row_id, case when held then 'held-out' else ${part} end as part, group_key, unit, recorded from ${from}`
    );
  const {validation, test} = sharesOf(spec);
  const byUnit = (at: string) => partOf(at, {validation, test, heldOut: 0});
  switch (spec.strategy) {
    case "stratified": {
      const seed = spec.seed ?? "assay";
      const rank = `row_number() over (partition by class, held order by ${hashUnit("row_id", seed)}, row_id) - 1`;
      const at = `(${rank} + ${hashUnit("'class:' || class", seed)}) / count(*) over (partition by class)`;
      return write(byUnit("ranked"), `(select *, ${at} as ranked from ${held})`);
    }
    case "temporal": {
      const at = `(rank() over (partition by held order by place desc nulls last) - 0.5) / count(*) over ()`;
      return write(
        `case when place is null then 'train' else ${byUnit("ranked")} end`,
        `(select *, ${at} as ranked from ${held})`
      );
    }
    case "stratified-group": {
      const open = `(select r.* from ${rows} r semi join (select row_id from ${held} where not held) using (row_id))`;
      const all = (await store.row<{share: number}>(
        `select count(*) / nullif(count(*) filter (not held), 0)::double as share from ${held}`
      ))!;
      const dealt = await dealGroups(
        store,
        {spec, version, rows: open},
        {
          validation: validation * all.share,
          test: test * all.share,
          heldOut: 0
        }
      );
      const groups = temporaryPath(`${parts}.groups`);
      try {
        await writeParquetRows(
          store,
          groups,
          {group_key: "VARCHAR", dealt: "VARCHAR"},
          [...dealt].map(([group_key, part]) => ({group_key, dealt: part}))
        );
        return await write(
          "dealt",
          `(select * from ${held} left join ${parquetFile(groups)} using (group_key))`
        );
      } finally {
        await rm(groups, {force: true});
      }
    }
    // Parts go by a hash: no row moves but those that would be held out and were seen.
    default:
      return write(`case part when 'held-out' then 'train' else part end`);
  }
}

import {type MaskExcerpt, openExcerptCache} from "../../data/privacy/index.js";
import type {Publishing, RunManifest, Store} from "../../base/store/index.js";
import {publishingOf} from "./publishing.js";

const LONGEST = 160;
/** Of one slicing: looking for names takes milliseconds a value, and so many are no classes. */
const MOST_MASKED = 1000;

/** How pages name the groups of a run's rows, which may be people; null for a row without one. */
export type ShownGroup = (group: string | null) => string | null;

/** How pages name the value of a slice. */
export type ShownSlice = (slice: string, value: string) => string;

/**
 * Groups as pages may show them: numbered in the order of a run's rows, the same wherever the run is shown, unless texts are published
 * as they are. Rows of one group have one name, so that what is computed by groups stays as it is.
 */
export async function shownGroups(store: Store, run: RunManifest, publish?: Publishing): Promise<ShownGroup> {
  if ((publish ?? (await publishingOf(store, run))) === "text") return (group) => group;
  const found = await store.rows<{name: string}>(
    `select "cluster" as name from items where run = $run and "cluster" is not null
     group by "cluster" order by min(position)`,
    {run: run.id}
  );
  const names = new Map(found.map(({name}, i) => [name, `group ${i + 1}`]));
  return (group) => (group === null ? null : names.get(group)!);
}

/**
 * Values of slices as pages may show them: those that hold personal data masked, with a number where several would look the same,
 * unless texts are published as they are. Those of a slice by the group's own column are numbered as the groups. A place by itself ("Germany") is a class like another.
 */
export async function shownSlices(store: Store, run: RunManifest, publish?: Publishing): Promise<ShownSlice> {
  if (run.slices.length === 0 || (publish ?? (await publishingOf(store, run))) === "text")
    return (_slice, value) => value;
  const found = await store.rows<{slices: string}>(
    `select slices from items where run = $run and slices is not null group by slices order by min(position)`,
    {run: run.id}
  );
  const values = new Map<string, Set<string>>();
  for (const {slices} of found)
    for (const [name, value] of Object.entries(JSON.parse(slices) as Record<string, unknown>)) {
      if (!values.has(name)) values.set(name, new Set());
      values.get(name)!.add(String(value));
    }
  const kept = await openExcerptCache(store.workspace, "masked-slices");
  const groupName = await shownGroups(store, run, publish);
  const shown = new Map<string, ReadonlyMap<string, string>>();
  for (const [name, own] of values)
    shown.set(
      name,
      (await isOfGroups(store, run, name))
        ? new Map([...own].map((value) => [value, groupName(value)!]))
        : distinctNames([...own], kept.mask)
    );
  await kept.save();
  return (slice, value) => shown.get(slice)!.get(value)!;
}

/** Whether a slice's values are the groups of its rows: they would name what is numbered as a group. */
async function isOfGroups(store: Store, run: RunManifest, slice: string): Promise<boolean> {
  const [found] = await store.rows<{same: boolean | null}>(
    `select bool_and("cluster" is not distinct from value) as same from (
       select "cluster", json_extract_string(slices, $pointer) as value from items where run = $run)
     where value is not null`,
    {run: run.id, pointer: `/${slice.replaceAll("~", "~0").replaceAll("/", "~1")}`}
  );
  return found?.same === true;
}

/** By value; no two values have the same name. */
function distinctNames(values: readonly string[], mask: MaskExcerpt): Map<string, string> {
  const names = values.map((value, i) => (i < MOST_MASKED ? maskedValue(value, mask) : "value"));
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  const taken = new Set(values.filter((value, i) => names[i] === value));
  const last = new Map<string, number>();
  return new Map(
    values.map((value, i) => {
      const name = names[i]!;
      if (name === value || (times.get(name) === 1 && !taken.has(name))) return [value, name];
      let number = last.get(name) ?? 0;
      let numbered: string;
      do numbered = `${name} ${++number}`;
      while (taken.has(numbered) || times.has(numbered));
      last.set(name, number);
      taken.add(numbered);
      return [value, numbered];
    })
  );
}

/** The value itself where it is short and nothing is found in it but a place. */
function maskedValue(value: string, mask: MaskExcerpt): string {
  const line = value.replace(/\s+/g, " ").trim();
  const found = mask(value.slice(0, 4 * LONGEST), LONGEST);
  if (found === line) return value;
  const types = found.match(/<[A-Z_]+>/g) ?? [];
  const isPlace = types.length > 0 && types.every((type) => type === "<LOCATION>");
  return isPlace && line.length <= LONGEST && !/\d/.test(line) ? value : found;
}

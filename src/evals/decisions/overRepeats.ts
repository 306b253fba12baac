import type {RunManifest} from "../../base/store/index.js";

/**
 * SQL for the mean or sum of a row's repeats. From three on they are taken in their order: added in the order in which DuckDB's
 * threads meet them, the last digit would differ from one reading to the next. Two add up alike either way.
 */
export function overRepeats(
  what: "avg" | "sum",
  value: string,
  {repeats}: Pick<RunManifest, "repeats">
): string {
  return `${what}(${value}${repeats > 2 ? " order by repeat" : ""})`;
}

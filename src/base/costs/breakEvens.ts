import {type CostedOption, costOption, type CostSettings} from "./costTable.js";
import {breakEven, type BreakEven} from "./hosting/index.js";

/** Volumes at which the cheaper of two options changes. */
export interface OptionBreakEven {
  a: CostedOption;
  b: CostedOption;
  /** Absent when the two do not cross below the highest volume looked at. */
  found?: BreakEven;
}

/** Volumes above this, requests a month, are not looked at. */
const HIGHEST_VOLUME = 1e9;

/**
 * Break-evens between the pairs that a team chooses among: the hostings of one candidate, and the options on the frontier. Options
 * of which an assumption is unknown are left out; one that cannot serve the volume of the settings is not.
 */
export function breakEvens(table: readonly CostedOption[], settings: CostSettings): OptionBreakEven[] {
  const known = table.filter(({unknown, hosting}) => unknown.length === 0 && hosting);
  const pairs = known.flatMap((a, i) =>
    known
      .slice(i + 1)
      .filter((b) => a.sample === b.sample || (a.onFrontier && b.onFrontier))
      .map((b) => ({a, b}))
  );
  return pairs.map(({a, b}) => ({
    a,
    b,
    found: breakEven(costOption(a.sample, a.hosting!, settings), costOption(b.sample, b.hosting!, settings), {
      high: HIGHEST_VOLUME
    })
  }));
}

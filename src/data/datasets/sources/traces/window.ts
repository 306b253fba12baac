import {number, text} from "../../../../base/validation/checked.js";
import {UserError} from "../../../../base/validation/index.js";
import type {SourceContext} from "../types.js";
import {moment} from "./traceRow.js";

/** What sources that are asked from a moment on may say. */
export interface Windowed {
  /** The server's address, where the environment does not say it. */
  host?: string;
  /** The first moment to read; default everything that the server has. */
  from?: string;
  /** How long before the newest row of the last pull the next one begins again, for spans and scores that came late; default 24. */
  overlapHours?: number;
}

export const windowSchema = {
  host: text("an address").optional(),
  from: text("a moment such as 2026-11-01T00:00:00Z").optional(),
  overlapHours: number({least: 0, most: 24 * 366}).optional()
};

export interface TimeWindow {
  since: string | undefined;
  until: string;
  /** Takes a moment of a row; the newest is where the next pull begins, less the overlap. */
  saw(time: string | undefined): void;
  cursor(): string | undefined;
}

/** The moments that a pull asks for. Where the settings changed since the version before, it asks for everything again. */
export function timeWindow(
  {from, overlapHours = 24}: Windowed,
  {dataset, growth}: SourceContext,
  settings: Record<string, unknown>
): TimeWindow {
  const first = from === undefined ? undefined : moment(from);
  if (from !== undefined && first === undefined)
    throw new UserError(
      `dataset ${dataset}: \`from\` is ${JSON.stringify(from.slice(0, 60))}, which is no moment. Write it as 2026-11-01T00:00:00Z.`
    );
  const before = growth?.before;
  const isSame = before && Object.entries(settings).every(([name, value]) => before[name] === value);
  const known = isSame ? moment(before.cursor) : undefined;
  const again = known && new Date(Date.parse(known) - overlapHours * 3_600_000).toISOString();
  const until = new Date().toISOString();
  let newest = known;
  return {
    since: [first, again]
      .filter((time) => time !== undefined)
      .sort()
      .at(-1),
    until,
    saw(time) {
      // A clock that is fast must not hide what comes meanwhile.
      if (time !== undefined && time <= until && (newest === undefined || time > newest)) newest = time;
    },
    cursor: () => newest
  };
}

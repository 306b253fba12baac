import type {ColumnTypes} from "../../../../base/store/index.js";

/**
 * A call of a model as tools that trace calls tell it. Without an `id` it is no row: it says what is known of its trace, which
 * reaches all rows of that trace.
 */
export interface TraceRow {
  id?: string;
  trace?: string;
  trace_name?: string;
  time?: string;
  service?: string;
  operation?: string;
  provider?: string;
  model?: string;
  conversation?: string;
  system?: string;
  /** The last message of the user, or the prompt. */
  input?: string;
  output?: string;
  /** JSON of all messages as sent. */
  messages?: string;
  /** JSON. */
  tool_calls?: string;
  prompt_tokens?: number;
  completion_tokens?: number;
  cost_usd?: number;
  latency_ms?: number;
  error?: string;
  /** JSON of what people and judges said in the tool, by name. */
  scores?: string;
}

/** The same types in every version, whatever a pull happens to bring. */
export const TRACE_COLUMNS = {
  id: "VARCHAR",
  trace: "VARCHAR",
  trace_name: "VARCHAR",
  time: "VARCHAR",
  service: "VARCHAR",
  operation: "VARCHAR",
  provider: "VARCHAR",
  model: "VARCHAR",
  conversation: "VARCHAR",
  system: "VARCHAR",
  input: "VARCHAR",
  output: "VARCHAR",
  messages: "VARCHAR",
  tool_calls: "VARCHAR",
  prompt_tokens: "DOUBLE",
  completion_tokens: "DOUBLE",
  cost_usd: "DOUBLE",
  latency_ms: "DOUBLE",
  error: "VARCHAR",
  scores: "VARCHAR"
} satisfies ColumnTypes & Record<keyof Required<TraceRow>, string>;

/** Columns that a trace has as a whole. */
export const TRACE_FACTS = ["trace_name", "conversation"] as const;

/** A finite number, or none. */
export function finiteOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** A moment in ISO 8601 with milliseconds in UTC; undefined where the text is none. */
export function moment(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number" && !(value instanceof Date)) return undefined;
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** Milliseconds between two moments; undefined where one is absent or they are the wrong way round. */
export function elapsedMs(start: string | undefined, end: string | undefined): number | undefined {
  if (start === undefined || end === undefined) return undefined;
  const ms = Date.parse(end) - Date.parse(start);
  return ms >= 0 ? ms : undefined;
}

/** JSON of scores by name in the order of their names; undefined where there are none. */
export function scoresJson(scores: Iterable<readonly [string, unknown]>): string | undefined {
  const sorted = [...scores].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted.length > 0 ? JSON.stringify(Object.fromEntries(sorted)) : undefined;
}

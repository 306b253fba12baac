import {isDay} from "./day.js";

/** What a model costs from a day on, with the page where it was read. An amount that is left out is unknown, never 0. */
export interface PriceRow {
  model: string;
  provider?: string;
  /** The day the amounts were read, as YYYY-MM-DD. */
  asOf: string;
  source: string;
  /** Of all amounts; "USD" when absent. Another one needs `usdPerUnit`, what one unit of it was worth on that day, above 0. */
  currency?: string;
  usdPerUnit?: number;
  /** For a million tokens. */
  inputPerMillion?: number;
  cachedInputPerMillion?: number;
  /** Listed only: costs count tokens that a cache takes in at the price of input. */
  cacheWritePerMillion?: number;
  outputPerMillion?: number;
  batchInputPerMillion?: number;
  batchOutputPerMillion?: number;
  trainingPerMillion?: number;
  /** For an hour of hosting the model, such as a deployed fine-tune. Listed only: costs take `usdPerHour` of a hosting. */
  hostingPerHour?: number;
  /** Other amounts for requests with long prompts. */
  tiers?: PriceTier[];
  /** The day from which the provider does not serve it. */
  shutdownDate?: string;
}

export interface PriceTier {
  /** The tier is for requests with more prompt tokens than this. */
  abovePromptTokens: number;
  inputPerMillion?: number;
  cachedInputPerMillion?: number;
  outputPerMillion?: number;
}

/** A file of the project's `prices/`. */
export interface PriceFile {
  kind: "prices";
  prices: PriceRow[];
}

const AMOUNTS = [
  "inputPerMillion",
  "cachedInputPerMillion",
  "cacheWritePerMillion",
  "outputPerMillion",
  "batchInputPerMillion",
  "batchOutputPerMillion",
  "trainingPerMillion",
  "hostingPerHour"
] as const;
const TEXTS = ["provider", "currency", "shutdownDate"] as const;
const TIER_AMOUNTS = ["inputPerMillion", "cachedInputPerMillion", "outputPerMillion"] as const;

/** Everything that is wrong with a price file, one line each with the row it stands in; empty when nothing is. */
export function priceFileProblems(file: unknown): string[] {
  const {kind, prices} = (file ?? {}) as {kind?: unknown; prices?: unknown};
  if (kind !== "prices" || !Array.isArray(prices))
    return [
      'it must be {"kind": "prices", "prices": […]}. A table of litellm\'s layout is read by `assay prices import`'
    ];
  return prices.flatMap((row: unknown, i) =>
    rowProblems(row).map((problem) => `price ${i + 1}${nameOf(row)}: ${problem}`)
  );
}

function rowProblems(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return ["it must be an object"];
  const row = value as Record<string, unknown>;
  const problems = (["model", "asOf", "source"] as const).flatMap((name) =>
    typeof row[name] === "string" && row[name] !== "" ? [] : [`"${name}" is missing`]
  );
  for (const name of ["asOf", "shutdownDate"])
    if (typeof row[name] === "string" && !isDay(row[name]))
      problems.push(`"${name}" is ${JSON.stringify(row[name])}, not a day of the calendar as YYYY-MM-DD`);
  for (const name of TEXTS)
    if (row[name] !== undefined && typeof row[name] !== "string") problems.push(`"${name}" must be a text`);
  problems.push(...amountProblems(row, AMOUNTS));
  problems.push(...rateProblems(row), ...tiersProblems(row.tiers));
  const known = ["model", "asOf", "source", "tiers", "usdPerUnit", ...TEXTS, ...AMOUNTS] as string[];
  for (const name of Object.keys(row))
    if (!known.includes(name)) problems.push(`"${name}" is no field of a price`);
  return problems;
}

function rateProblems({currency, usdPerUnit}: Record<string, unknown>): string[] {
  const isForeign = currency !== undefined && currency !== "USD";
  if (usdPerUnit === undefined)
    return isForeign
      ? [`"usdPerUnit" is missing: amounts in ${String(currency)} cannot be compared without it`]
      : [];
  if (!isForeign)
    return [
      '"usdPerUnit" is for amounts in another currency than USD: name it as "currency", or leave "usdPerUnit" out'
    ];
  return isAmount(usdPerUnit) && usdPerUnit > 0
    ? []
    : [`"usdPerUnit" must be a number above 0, not ${JSON.stringify(usdPerUnit)}`];
}

function tiersProblems(tiers: unknown): string[] {
  if (tiers === undefined) return [];
  if (!Array.isArray(tiers)) return ['"tiers" must be a list'];
  const found = tiers.flatMap((value: unknown, i) => {
    const at = `tier ${i + 1}`;
    if (typeof value !== "object" || value === null) return [`${at} must be an object`];
    const {abovePromptTokens: above, ...amounts} = value as Record<string, unknown>;
    const known: readonly string[] = TIER_AMOUNTS;
    return [
      ...(isAmount(above) && above > 0
        ? []
        : [`${at} needs "abovePromptTokens", a number above 0, not ${JSON.stringify(above) ?? "nothing"}`]),
      ...amountProblems(amounts, TIER_AMOUNTS).map((problem) => `${at}: ${problem}`),
      ...Object.keys(amounts).flatMap((name) =>
        known.includes(name) ? [] : [`${at}: "${name}" is no field of a tier (${TIER_AMOUNTS.join(", ")})`]
      )
    ];
  });
  const bounds = tiers.map((tier: Partial<PriceTier> | null) => tier?.abovePromptTokens);
  const twice = new Set(bounds.filter((bound, i) => bound !== undefined && bounds.indexOf(bound) < i));
  return [...found, ...[...twice].map((bound) => `two tiers are for prompts above ${bound} tokens`)];
}

function amountProblems(row: Record<string, unknown>, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = row[name];
    return value === undefined || isAmount(value)
      ? []
      : [`"${name}" must be a number of at least 0, not ${JSON.stringify(value)}`];
  });
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function nameOf(row: unknown): string {
  const model = (row as {model?: unknown} | null)?.model;
  return typeof model === "string" ? ` (${model})` : "";
}

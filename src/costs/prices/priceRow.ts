/** What a model costs from a day on, with the page where it was read. An amount that is left out is unknown, never 0. */
export interface PriceRow {
  model: string;
  provider?: string;
  /** The day the amounts were read, as YYYY-MM-DD. */
  asOf: string;
  source: string;
  /** Of all amounts; "USD" when absent. Another one needs `usdPerUnit`, what one unit of it was worth on that day. */
  currency?: string;
  usdPerUnit?: number;
  /** For a million tokens. */
  inputPerMillion?: number;
  cachedInputPerMillion?: number;
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
  "usdPerUnit",
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
      problems.push(`"${name}" is ${JSON.stringify(row[name])}, not a day as YYYY-MM-DD`);
  for (const name of TEXTS)
    if (row[name] !== undefined && typeof row[name] !== "string") problems.push(`"${name}" must be a text`);
  problems.push(...amountProblems(row, AMOUNTS));
  if (row.currency !== undefined && row.currency !== "USD" && row.usdPerUnit === undefined)
    problems.push(
      `"usdPerUnit" is missing: amounts in ${String(row.currency)} cannot be compared without it`
    );
  if (row.tiers !== undefined)
    problems.push(
      ...(Array.isArray(row.tiers)
        ? row.tiers.flatMap((tier: Record<string, unknown>) =>
            typeof tier?.abovePromptTokens === "number"
              ? amountProblems(tier, TIER_AMOUNTS)
              : ['a tier has no number "abovePromptTokens"']
          )
        : ['"tiers" must be a list'])
    );
  const known = ["model", "asOf", "source", "tiers", ...TEXTS, ...AMOUNTS] as string[];
  for (const name of Object.keys(row))
    if (!known.includes(name)) problems.push(`"${name}" is no field of a price`);
  return problems;
}

function amountProblems(row: Record<string, unknown>, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = row[name];
    return value === undefined || (typeof value === "number" && Number.isFinite(value) && value >= 0)
      ? []
      : [`"${name}" must be a number of at least 0, not ${JSON.stringify(value)}`];
  });
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

function nameOf(row: unknown): string {
  const model = (row as {model?: unknown} | null)?.model;
  return typeof model === "string" ? ` (${model})` : "";
}

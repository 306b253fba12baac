import {memberOf} from "../../validation/memberOf.js";
import {isDay} from "./day.js";
import type {PriceRow, PriceTier} from "./priceRow.js";

export interface LitellmPrices {
  rows: PriceRow[];
  /** Models that were left out, with the reason. */
  skipped: {model: string; reason: string}[];
  /** Models whose table says 0 for prompts or for answers: free, or not filled in. An embedding's answer has no tokens. */
  zero: string[];
}

const PER_TOKEN: [keyof PriceRow, string][] = [
  ["inputPerMillion", "input_cost_per_token"],
  ["cachedInputPerMillion", "cache_read_input_token_cost"],
  ["cacheWritePerMillion", "cache_creation_input_token_cost"],
  ["outputPerMillion", "output_cost_per_token"],
  ["batchInputPerMillion", "input_cost_per_token_batches"],
  ["batchOutputPerMillion", "output_cost_per_token_batches"]
];

const PER_TIER: Record<string, Exclude<keyof PriceTier, "abovePromptTokens">> = {
  input_cost_per_token: "inputPerMillion",
  cache_read_input_token_cost: "cachedInputPerMillion",
  output_cost_per_token: "outputPerMillion"
};

/**
 * Prices from a table of the layout of litellm's `model_prices_and_context_window.json`, dollars a token there and a million
 * tokens here. Amounts that a model does not state stay unknown. A model is left out that states none for tokens (images, audio by
 * the second), or that is billed by what a row has no place for beside them: its cost by tokens would be too low. Throws when the
 * value is no object.
 */
export function litellmPrices(table: unknown, {asOf, source}: {asOf: string; source: string}): LitellmPrices {
  if (typeof table !== "object" || table === null || Array.isArray(table))
    throw new Error("it must be a JSON object with a model's name for each member");
  const found: LitellmPrices = {rows: [], skipped: [], zero: []};
  for (const [model, value] of Object.entries(table as Record<string, unknown>)) {
    // The table documents itself in a member that looks like a model.
    if (model === "sample_spec") continue;
    if (typeof value !== "object" || value === null) {
      found.skipped.push({model, reason: "it is no object"});
      continue;
    }
    const one = value as Record<string, unknown>;
    const wrong = Object.keys(one).filter(
      (key) => /cost/.test(key) && perToken(key) && amount(one[key]) === undefined
    );
    if (wrong.length > 0) {
      found.skipped.push({model, reason: `${wrong.join(", ")}: not a number of at least 0`});
      continue;
    }
    const amounts = Object.fromEntries(
      PER_TOKEN.map(([name, key]) => [name, perMillion(amount(one[key]))])
    ) as Partial<PriceRow>;
    if (Object.values(amounts).every((each) => each === undefined)) {
      found.skipped.push({model, reason: "it states no price for tokens"});
      continue;
    }
    const beside = billedBeside(one);
    if (beside.length > 0) {
      const reason = `its price has ${beside.join(", ")} beside tokens, which a row has no place for`;
      found.skipped.push({model, reason});
      continue;
    }
    const tiers = tiersOf(one);
    found.rows.push({
      model,
      provider: text(one.litellm_provider),
      asOf,
      source,
      ...amounts,
      tiers: tiers.length > 0 ? tiers : undefined,
      shutdownDate: isDay(one.deprecation_date) ? one.deprecation_date : undefined
    });
    const {inputPerMillion, outputPerMillion} = amounts;
    const isFree = Object.values(amounts).every((each) => each === undefined || each === 0);
    const hasZero = inputPerMillion === 0 || (outputPerMillion === 0 && one.mode !== "embedding");
    if (isFree || hasZero) found.zero.push(model);
  }
  return found;
}

/** Amounts that are billed for every request, or for answers at another price than theirs, by the names in the table. */
function billedBeside(one: Record<string, unknown>): string[] {
  const each = Object.keys(one).filter(
    (key) => /^(input|output)_cost_per_(request|query)$/.test(key) && !isNothing(one[key])
  );
  const tiered = isNothing(one.tiered_pricing) ? [] : ["tiered_pricing"];
  const {output_cost_per_reasoning_token: reasoning, output_cost_per_token: output} = one;
  const thought = reasoning === undefined || reasoning === null || reasoning === output;
  return [...each, ...tiered, ...(thought ? [] : ["output_cost_per_reasoning_token"])];
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === 0 || (Array.isArray(value) && value.length === 0);
}

const TIER = /^(\w+?)_above_(\d+)k_tokens$/;

function perToken(key: string): boolean {
  return PER_TOKEN.some(([, name]) => name === key) || (TIER.exec(key)?.[1] ?? "") in PER_TIER;
}

/** The highest first. */
function tiersOf(one: Record<string, unknown>): PriceTier[] {
  const tiers = new Map<number, PriceTier>();
  for (const [key, value] of Object.entries(one)) {
    const [, field = "", thousands] = TIER.exec(key) ?? [];
    const name = memberOf(PER_TIER, field);
    if (!name) continue;
    const abovePromptTokens = 1000 * Number(thousands);
    const tier = tiers.get(abovePromptTokens) ?? {abovePromptTokens};
    tiers.set(abovePromptTokens, {...tier, [name]: perMillion(amount(value))});
  }
  return [...tiers.values()].sort((a, b) => b.abovePromptTokens - a.abovePromptTokens);
}

function amount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** Rounded to twelve digits: 1.5e-7 · 1e6 is not 0.15 in binary. */
function perMillion(perTokenUsd: number | undefined): number | undefined {
  return perTokenUsd === undefined ? undefined : Number((perTokenUsd * 1e6).toPrecision(12));
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

import {anyText, exactly, passing, listOf, number, problemsOf, text} from "../../validation/checked.js";
import {isDay} from "./day.js";
import type {PriceRow, PriceTier} from "./priceRow.js";
import {isObject} from "../../validation/isObject.js";

const amount = () => number({least: 0}).optional();
const day = () => passing(isDay, "a day of the calendar as YYYY-MM-DD");

const tierSchema = exactly<PriceTier>("an object", {
  abovePromptTokens: number({above: 0}),
  inputPerMillion: amount(),
  cachedInputPerMillion: amount(),
  outputPerMillion: amount()
});

const rowSchema = exactly<PriceRow>("an object", {
  model: text(),
  provider: anyText().optional(),
  asOf: day(),
  source: text(),
  currency: anyText().optional(),
  usdPerUnit: number({above: 0}).optional(),
  inputPerMillion: amount(),
  cachedInputPerMillion: amount(),
  cacheWritePerMillion: amount(),
  outputPerMillion: amount(),
  batchInputPerMillion: amount(),
  batchOutputPerMillion: amount(),
  trainingPerMillion: amount(),
  hostingPerHour: amount(),
  tiers: listOf(tierSchema).optional(),
  shutdownDate: day().optional()
});

/** Every problem of a price file, one line each with the number and model of its row; empty for a correct file. */
export function priceFileProblems(file: unknown): string[] {
  const {kind, prices} = isObject(file) ? file : {};
  if (kind !== "prices" || !Array.isArray(prices))
    return [
      'it must be {"kind": "prices", "prices": […]}. A table of litellm\'s layout is read by `assay prices import`'
    ];
  return prices.flatMap((row: unknown, i) => {
    const where = `price ${i + 1}${isObject(row) && typeof row.model === "string" ? ` (${row.model})` : ""}`;
    return rowProblems(row).map((problem) => `${where}: ${problem}`);
  });
}

// Rules between members are checked beside the schema, so that a row's problems are all named at once.
function rowProblems(row: unknown): string[] {
  const problems = problemsOf(rowSchema, row);
  return isObject(row) ? [...problems, ...currencyProblems(row), ...tierProblems(row.tiers)] : problems;
}

function currencyProblems({currency = "USD", usdPerUnit}: Record<string, unknown>): string[] {
  if (currency !== "USD" && usdPerUnit === undefined)
    return [`\`usdPerUnit\` is missing: amounts in ${String(currency)} cannot be compared without it`];
  if (currency === "USD" && usdPerUnit !== undefined)
    return [
      "`usdPerUnit` is for amounts in another currency than USD: name it as `currency`, or leave `usdPerUnit` out"
    ];
  return [];
}

function tierProblems(tiers: unknown): string[] {
  const bounds = Array.isArray(tiers)
    ? tiers.map((tier: unknown) => isObject(tier) && tier.abovePromptTokens)
    : [];
  const twice = new Set(bounds.filter((bound, i) => typeof bound === "number" && bounds.indexOf(bound) < i));
  return [...twice].map((bound) => `two \`tiers\` are for prompts above ${String(bound)} tokens`);
}

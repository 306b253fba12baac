import {choiceText, type CostedOption} from "../../../base/costs/index.js";
import {writerOf} from "../../../evals/decisions/index.js";
import type {CostsData} from "../../../report/site/costTypes.js";

/** Whom to take by what it costs, or why nobody. */
export function choiceLine(data: CostsData, costed: readonly CostedOption[]): string {
  if (data.held !== undefined) return `Nobody is chosen by cost: ${data.held}`;
  const margin = writerOf(data.scale).difference(data.margin);
  return choiceText(costed, {margin, usd: (amount) => `$${usd(amount)}`});
}

/** Three digits below a dollar, cents above. */
export function usd(value: number | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value === 0) return "0";
  return value < 1
    ? String(Number(value.toPrecision(3)))
    : value.toLocaleString("en-US", {minimumFractionDigits: 2, maximumFractionDigits: 2});
}

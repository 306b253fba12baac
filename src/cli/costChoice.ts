import {cheapestChoice, type CostedOption, hostingName} from "../costs/index.js";
import {writerOf} from "../decisions/index.js";
import type {CostsData} from "../site/costTypes.js";

/** Whom to take by what it costs, or why nobody. */
export function choiceLine(data: CostsData, costed: readonly CostedOption[]): string {
  if (data.held !== undefined) return `Nobody is chosen by cost: ${data.held}`;
  const choice = cheapestChoice(costed);
  if (!choice) return "What the best candidate costs is not known, so nothing can be called cheaper than it.";
  const {option, best, adjustedP} = choice;
  const margin = writerOf(data.scale).difference(data.margin);
  return option === best
    ? `${named(option)} is the best and no cheaper candidate is shown to be at most ${margin} worse: $${usd(option.usdPerMonth)} a month.`
    : `${named(option)} is the cheapest that is no worse than ${best!.sample.name} by more than ${margin} (adjusted p ${adjustedP!.toPrecision(2)}): $${usd(option.usdPerMonth)} a month against $${usd(best!.usdPerMonth)}.`;
}

/** "A on hosted API". */
export function named({sample, hosting}: CostedOption): string {
  return hosting ? `${sample.name} on ${hostingName(hosting)}` : sample.name;
}

/** Three digits below a dollar, cents above. */
export function usd(value: number | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value === 0) return "0";
  return value < 1
    ? String(Number(value.toPrecision(3)))
    : value.toLocaleString("en-US", {minimumFractionDigits: 2, maximumFractionDigits: 2});
}

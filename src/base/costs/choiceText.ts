import {cheapestChoice, type CostedOption} from "./costTable.js";
import {hostingName} from "./hosting/index.js";

/** "A on hosted API". */
export function optionName({sample, hosting}: CostedOption): string {
  return hosting && hosting.kind !== "unknown" ? `${sample.name} on ${hostingName(hosting)}` : sample.name;
}

/**
 * Whom to take by what it costs, or why nobody.
 * @param margin how much worse than the best one may be, as it is written
 */
export function choiceText(
  table: readonly CostedOption[],
  {margin, usd}: {margin: string; usd(amount: number): string}
): string {
  const choice = cheapestChoice(table);
  if (!choice) return "What the best candidate costs is not known, so nothing can be called cheaper than it.";
  const {option, best, cheaper, adjustedP} = choice;
  const month = (one: CostedOption) => `${usd(one.usdPerMonth!)} a month`;
  if (option !== best)
    return `${optionName(option)} is the cheapest that is no worse than ${best!.sample.name} by more than ${margin} (adjusted p ${adjustedP!.toPrecision(2)}): ${month(option)} against ${usd(best!.usdPerMonth!)}.`;
  const others =
    cheaper === 0
      ? "no candidate of known cost is cheaper"
      : cheaper === 1
        ? `the one cheaper candidate is not shown to be at most ${margin} worse`
        : `none of the ${cheaper} cheaper candidates is shown to be at most ${margin} worse`;
  return `${optionName(option)} has the best score and costs ${month(option)}; ${others}.`;
}

import {amountText, runBill, sideBill, sideBillText} from "../../../base/costs/index.js";
import type {RunManifest} from "../../../base/store/index.js";

const usd = (amount: number) => `$${amount.toFixed(4)}`;

/**
 * What all starts of a run cost: its candidates' calls, those of scorers and, when asked for, those of preflights. Nothing of what no
 * API bills.
 */
export function costWords(run: RunManifest, {preflights = false}: {preflights?: boolean} = {}): string[] {
  const {kind, text, left} = runBill(run, usd);
  const {scorerCalls, preflightCalls} = run;
  return [
    kind === "known" ? `${text} for the run${left ? `, ${left}` : ""}` : undefined,
    kind === "unknown" ? `cost of the run ${text}` : undefined,
    scorerCalls && sideBillText(scorerCalls, "scorer call", usd),
    preflights && preflightCalls ? sideBillText(preflightCalls, "preflight call", usd) : undefined
  ].filter((one) => one !== undefined);
}

/** The same of the candidates' calls alone, for a column: 0 where nothing was asked. */
export function callsCost(run: RunManifest): string | undefined {
  const {kind, text} = runBill(run, usd);
  if (kind === "known") return text;
  if (kind === "nothing") return usd(0);
  return kind === "unknown" ? "not known" : undefined;
}

/** And of the scorers' calls; undefined where no API bills any. */
export function scorersCost({scorerCalls}: RunManifest): string | undefined {
  if (!scorerCalls) return undefined;
  const {usd: known, untold, unpriced} = sideBill(scorerCalls);
  const isWhole = untold + unpriced === 0;
  if (known === undefined) return isWhole ? undefined : "not known";
  return amountText(known, isWhole, usd);
}

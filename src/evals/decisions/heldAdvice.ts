import {memberOf} from "../../base/validation/memberOf.js";
import {actionOf} from "./action.js";
import {representativeOf} from "./representative.js";
import {cleanLeadText, isLeadShown} from "./cleanLead.js";
import {lackText} from "./lacking.js";
import {listNames} from "./points.js";
import {writerOf} from "./scoreScale.js";
import type {Risk, Verdict} from "./types.js";

type Decided = Omit<Verdict, "sentence" | "action" | "risks">;
type Advice = Pick<Verdict, "action" | "held" | "heldBy">;

/**
 * The action, or a warning in its place. Not advised are a switch to a candidate that had learned from some rows, unless its lead over the
 * baseline is shown on the rows that are clean for both by themselves; a switch whose lead is no larger than what another split is known
 * to move; and a choice among equals where leakage moves the margin. Leakage that no row is known to be free of may move anything. Nor is
 * a lead that another would have had every failed row been wrong, nor a pick, a switch or a choice by a judge that mostly goes
 * by the order of the answers.
 */
export function actionAfterRisks(
  verdict: Decided,
  baseline: string | undefined,
  risks: readonly Risk[]
): Advice {
  const action = actionOf(verdict, baseline);
  const by = (heldBy: Verdict["heldBy"], warning: string | undefined): Advice | undefined =>
    warning === undefined ? undefined : {action: warning, held: true, heldBy};
  return (
    by("leakage", leakageWarning(verdict, baseline, {risks, action})) ??
    by("failures", failureWarning(verdict, baseline, action)) ??
    by("judge", judgeWarning(verdict, baseline, {risks, action})) ?? {action}
  );
}

/**
 * What holds the advice on some of the rows back as it does on all: leakage, since nothing says how what is behind held advice is
 * spread over them, and a judge that mostly goes by the order of the answers.
 */
export function holdingRisks(risks: readonly Risk[], heldBy: Verdict["heldBy"]): Risk[] {
  return risks.flatMap((risk) =>
    LEAKS.includes(risk.kind)
      ? [heldBy === "leakage" ? {...risk, unbounded: true, cleanLeads: undefined} : risk]
      : isOrderRisk(risk)
        ? [risk]
        : []
  );
}

interface AdviceBasis {
  risks: readonly Risk[];
  /** What would be advised. */
  action: string;
}

function leakageWarning(
  verdict: Decided,
  baseline: string | undefined,
  {risks, action}: AdviceBasis
): string | undefined {
  const {kind, best, comparisons, margin, scale} = verdict;
  if (kind === "tie") {
    const tied = tiedOf(verdict);
    const [leak] = leaksMoving(risks, margin);
    // Nothing but the baseline is advised, or all have the same weights.
    if (!leak || keepsBaseline(verdict, baseline) || tied.length === 1) return undefined;
    return `Do not choose between ${listNames(tied)} yet: that they are equally good may be leakage. ${leak.sentence}`;
  }
  if (best === undefined || baseline === undefined || best === baseline || !isSwitch(action))
    return undefined;
  const lead = comparisons.find(({b}) => b === baseline)?.difference;
  const leak = risks.find((risk) => mayMakeLead(risk, best, lead));
  if (!leak) return undefined;
  const {difference} = writerOf(scale);
  const clean = memberOf(leak.cleanLeads, best);
  const why = clean ? cleanLeadText(best, clean, scale, lead) : ` ${leak.sentence}`;
  return `Do not switch to ${best} yet: its lead${lead === undefined ? "" : ` of ${difference(lead)}`} over ${baseline} may be leakage.${why}`;
}

/** What the baseline had learned from can only have made the lead look smaller. */
function mayMakeLead(risk: Risk, best: string, lead: number | undefined): boolean {
  if (risk.kind === "contamination" && risk.candidates)
    return risk.candidates.includes(best) && !isLeadShown(memberOf(risk.cleanLeads, best));
  return lead !== undefined && lead > 0 && leaksMoving([risk], lead).length > 0;
}

const LEAKS: readonly Risk["kind"][] = ["split", "contamination"];

function leaksMoving(risks: readonly Risk[], least: number): Risk[] {
  return risks.filter(
    ({kind, moves = 0, unbounded}) => LEAKS.includes(kind) && (unbounded === true || moves >= least)
  );
}

function judgeWarning(
  verdict: Decided,
  baseline: string | undefined,
  {risks, action}: AdviceBasis
): string | undefined {
  if (!risks.some(isOrderRisk)) return undefined;
  if (verdict.kind === "tie") {
    const tied = tiedOf(verdict);
    const advice = keepsBaseline(verdict, baseline)
      ? `Keep ${baseline} for now`
      : `Do not choose between ${listNames(tied)} yet`;
    return tied.length === 1
      ? undefined
      : `${advice}: that ${listNames(tied)} are equally good may come from the order of the answers.`;
  }
  const leads = verdict.kind === "pick" && verdict.comparisons.length > 0;
  const isTaken = action.startsWith("Take") && verdict.race?.outcome === "within-margin";
  if (!isSwitch(action) && !leads && !isTaken) return undefined;
  return `${adviceAgainst(verdict.best!, baseline, action)}: its lead may come from the order of the answers.`;
}

const isOrderRisk = ({kind, unbounded}: Risk) => kind === "judge" && unbounded === true;

const isSwitch = (action: string) => action.startsWith("Switch to");

function adviceAgainst(advised: string, baseline: string | undefined, action: string): string {
  if (advised === baseline) return `Keep ${advised} for now`;
  return isSwitch(action) ? `Do not switch to ${advised} yet` : `Do not choose ${advised} yet`;
}

/** Candidates that stand for the same weights are one. */
function tiedOf({set, sameWeights = []}: Pick<Verdict, "set" | "sameWeights">): string[] {
  return [...new Set(set.map((one) => representativeOf(one, set, sameWeights)))];
}

function keepsBaseline(
  {set, choice}: Pick<Verdict, "set" | "choice">,
  baseline: string | undefined
): boolean {
  return baseline !== undefined && (choice?.reason ? choice.candidate === baseline : set.includes(baseline));
}

/**
 * A warning where another than the advised one would be ahead had every failed row been wrong: of a pick anybody, of a switch the
 * baseline, of a choice among those that may be best one of them, by more than the margin and by failures that move so much.
 */
function failureWarning(verdict: Decided, baseline: string | undefined, action: string): string | undefined {
  const {kind, best, set, choice, margin, sensitivity, summaries, race} = verdict;
  if (!sensitivity || best === undefined) return undefined;
  const {meansIfWrong} = sensitivity;
  const isOpen =
    kind !== "pick" && (kind === "tie" || race?.outcome === "within-margin" || !isSwitch(action));
  if (isOpen && (action.startsWith("Keep") || (kind === "tie" && keepsBaseline(verdict, baseline))))
    return undefined;
  const advised = isOpen ? (choice?.candidate ?? best) : best;
  const rivals = isOpen ? set : kind === "pick" ? Object.keys(meansIfWrong) : [baseline!];
  const ahead = rivals
    .filter((one) => (memberOf(meansIfWrong, one) ?? -Infinity) > memberOf(meansIfWrong, advised)!)
    .sort((a, b) => memberOf(meansIfWrong, b)! - memberOf(meansIfWrong, a)!)[0];
  if (ahead === undefined) return undefined;
  const lag = memberOf(meansIfWrong, ahead)! - memberOf(meansIfWrong, advised)!;
  const meanOf = (name: string) => summaries.find(({candidate}) => candidate === name)!.mean!;
  if (isOpen && (lag <= margin || lag - (meanOf(ahead) - meanOf(advised)) <= margin)) return undefined;
  const own = summaries.find(({candidate}) => candidate === advised)!;
  const {number} = writerOf(verdict.scale);
  return `${adviceAgainst(advised, baseline, action)}: ${lackText(own, {before: "its "})}. Had they all been wrong, ${ahead} would be better (${number(memberOf(meansIfWrong, ahead)!)} against ${number(memberOf(meansIfWrong, advised)!)}).`;
}

import {memberOf} from "../../base/validation/memberOf.js";
import {OLD_PRICE_DAYS} from "../../base/costs/prices/priceAt.js";
import {type AnswerFacts, endRisks, type NoLabels, noLabelRisks, servedRisks} from "./answerRisks.js";
import {cleanLeadText, isLeadShown, type ContaminationMarks} from "./cleanLead.js";
import {type Contamination, contaminationText} from "./contamination.js";
import {type HeldOutFacts, heldOutRisks} from "./heldOutRisks.js";
import {lackShare, lackText} from "./lacking.js";
import {formatCount, listNames, points} from "./points.js";
import {type ScorerFacts, scorersRisk} from "./scorersRisk.js";
import {type Selected, selectionText} from "./selection.js";
import {writerOf} from "./scoreScale.js";
import type {Risk, Verdict, CleanLead} from "./types.js";
import {valueName} from "./valueName.js";

/** What could make a verdict wrong beside chance; what is not known is absent and gives no risk. */
export interface RiskFacts extends Partial<AnswerFacts>, HeldOutFacts, ContaminationMarks, ScorerFacts {
  /** The best candidate's score here minus its score on the split that keeps related rows together, in score units. */
  otherSplit?: {name: string; difference: number; low?: number; high?: number};
  /** Candidates whose weights were chosen on rows that they are scored on. */
  selected?: readonly Selected[];
  /** Why contamination of some candidates cannot be told. */
  contaminationUnknown?: readonly string[];
  noLabels?: readonly NoLabels[];
  /** Why the run is partial. */
  partial?: string;
  /** Rows of its part that a partial run has not put to every candidate. */
  unaskedRows?: number;
  personalData?: {rows: number; of: number};
  judge?: {
    model: string;
    failed: number;
    scored: number;
    judgesItself: readonly string[];
    /** Answers that it was asked about in both orders, and those of them where its choice changed with the order. */
    order?: {asked: number; changed: number};
  };
  /** Days between the day a price was read and the end of the run. */
  prices?: readonly {candidate: string; asOf: string; days: number}[];
  slices?: readonly {slice: string; value: string; rows: number}[];
}

/** A slice with fewer rows is too small to say anything of. */
export const TINY_SLICE_ROWS = 30;

/** From this share of answers on, a judge whose choice changes with the order of the two is a risk. */
export const ORDER_RISK = 0.2;

/** Above this share its scores hold a switch back, and a choice among equals. */
const ORDER_DECIDES = 0.5;

/** Above this share of a candidate's rows or repeats, failures of which nobody can say what they change are a risk. */
const FAILURES_SHARE = 0.05;

/** Those whose effect nobody measured stand in this order. */
const ORDER: readonly Risk["kind"][] = [
  "split",
  "contamination",
  "selection",
  "held-out",
  "answerer",
  "answers",
  "failures",
  "partial",
  "personal-data",
  "judge",
  "scorers",
  "price",
  "slices"
];

/**
 * The risks of a verdict, by how much they could move it: those known to move a score by the margin or more (the largest
 * first), then those of unknown size, then those known to be smaller. Good news is no risk; none gives an empty list.
 */
export function risksOf(
  verdict: Omit<Verdict, "sentence" | "action" | "risks">,
  facts: RiskFacts,
  leads: Readonly<Record<string, CleanLead>> = {}
): Risk[] {
  const found = [
    splitRisk(verdict, facts),
    ...contaminationRisks(verdict, facts, leads),
    selectionRisk(verdict, facts),
    ...heldOutRisks(facts),
    ...servedRisks(facts.served),
    ...noLabelRisks(facts.noLabels),
    ...endRisks(facts.ends),
    failureRisk(verdict),
    facts.partial === undefined
      ? undefined
      : {kind: "partial" as const, sentence: `The run is partial: ${facts.partial.replace(/\.$/, "")}.`},
    personalDataRisk(facts),
    ...judgeRisks(facts),
    scorersRisk(facts),
    priceRisk(facts),
    sliceRisk(facts)
  ].filter((risk) => risk !== undefined);
  const rank = ({moves}: Risk) => (moves === undefined ? 1 : moves >= verdict.margin ? 0 : 2);
  return found.sort(
    (a, b) =>
      rank(a) - rank(b) || (b.moves ?? 0) - (a.moves ?? 0) || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)
  );
}

function splitRisk({scale}: Pick<Verdict, "scale">, {otherSplit}: RiskFacts): Risk | undefined {
  if (!otherSplit || otherSplit.difference <= 0) return undefined;
  const {name, difference, low, high} = otherSplit;
  const known = low !== undefined && low > 0;
  const write = writerOf(scale);
  const interval =
    low === undefined || high === undefined ? "" : ` (${write.number(low)} to ${write.number(high)})`;
  return {
    kind: "split",
    sentence: `On split ${name}, which keeps related rows together, the best scores ${write.difference(difference)}${interval} lower${known || interval === "" ? "" : ", which may be chance"}.`,
    moves: known ? difference : undefined
  };
}

/** One for all candidates, the best's own rows first, where one that may be the best had learned from its rows. */
function contaminationRisks(
  verdict: Pick<Verdict, "set" | "best" | "scale">,
  facts: RiskFacts,
  leads: Readonly<Record<string, CleanLead>>
): Risk[] {
  const {set, best, scale} = verdict;
  const unknown = (facts.contaminationUnknown ?? []).map((sentence): Risk => ({
    kind: "contamination",
    sentence
  }));
  const dirty = (facts.contamination ?? []).filter(({share = 0}) => share > 0);
  const among = dirty.filter(({candidate}) => set.includes(candidate));
  if (among.length === 0) return unknown;
  const flattery = ({whole, onClean}: Contamination) =>
    whole.mean === undefined || onClean.mean === undefined ? undefined : Math.abs(whole.mean - onClean.mean);
  const worst = among.reduce((a, b) => ((flattery(b) ?? Infinity) > (flattery(a) ?? Infinity) ? b : a));
  const first = among.find(({candidate}) => candidate === best) ?? worst;
  const others = dirty.filter((one) => one !== first);
  const moves = flattery(worst);
  const larger = moves !== undefined && moves > (flattery(first) ?? Infinity);
  const most = larger
    ? ` The score of ${worst.candidate} changes most on its clean rows, by ${writerOf(scale).difference(moves)}.`
    : "";
  const lead = memberOf(leads, first.candidate);
  const shown = lead && isLeadShown(lead) ? cleanLeadText(first.candidate, lead, scale) : "";
  return [
    {
      kind: "contamination",
      sentence: contaminationText(first, others, scale) + most + shown,
      moves,
      unbounded: moves === undefined ? true : undefined,
      candidates: dirty.map(({candidate}) => candidate),
      cleanLeads: Object.keys(leads).length > 0 ? leads : undefined
    },
    ...unknown
  ];
}

/** For all such candidates, the best's own rows first, where one that may be the best is among them. */
function selectionRisk(
  {set, best}: Pick<Verdict, "set" | "best">,
  {selected = []}: RiskFacts
): Risk | undefined {
  const among = selected.filter(({candidate}) => set.includes(candidate));
  if (among.length === 0) return undefined;
  return {
    kind: "selection",
    sentence: selectionText(selected, best !== undefined && set.includes(best) ? [best, ...set] : set),
    candidates: among.map(({candidate}) => candidate)
  };
}

function failureRisk(
  verdict: Pick<Verdict, "sensitivity" | "best" | "summaries" | "figure">
): Risk | undefined {
  const {sensitivity, best} = verdict;
  if (!sensitivity) return unboundedFailures(verdict);
  const {lowest, sentence, bestIfWrong, bestIfRight} = sensitivity;
  const turns = bestIfWrong !== best || bestIfRight !== best || (lowest !== undefined && lowest < 0);
  if (!turns) return undefined;
  return {kind: "failures", sentence, moves: Math.max(0, -(lowest ?? 0)) || undefined};
}

/** Where nobody can say what failed rows could change; one that was never scored is named elsewhere. */
function unboundedFailures({
  best,
  summaries,
  figure
}: Pick<Verdict, "best" | "summaries" | "figure">): Risk | undefined {
  const found = summaries
    .filter((one) => one.scored > 0 && lackShare(one) > FAILURES_SHARE)
    .sort((a, b) => lackShare(b) - lackShare(a));
  if (best === undefined || found.length === 0) return undefined;
  const why =
    figure === undefined ? "the scorer states no bounds" : `a row's part in ${figure} has no bounds`;
  return {
    kind: "failures",
    sentence: `${listNames(found.map((one) => lackText(one, {after: ` of ${one.candidate}`})))}; what they could change is not known, since ${why}.`,
    candidates: found.map(({candidate}) => candidate)
  };
}

function personalDataRisk({personalData}: RiskFacts): Risk | undefined {
  if (!personalData || personalData.rows === 0) return undefined;
  const {rows, of} = personalData;
  return {
    kind: "personal-data",
    sentence: `${formatCount(rows)} of ${formatCount(of)} rows of the dataset hold unresolved personal data or secrets.`
  };
}

function judgeRisks({judge}: RiskFacts): Risk[] {
  if (!judge) return [];
  const {model, failed, scored, judgesItself, order = {asked: 0, changed: 0}} = judge;
  const found: Risk[] = [];
  if (judgesItself.length > 0)
    found.push({
      kind: "judge",
      sentence: `The judge ${model} scores its own answers (${judgesItself.join(", ")}).`
    });
  if (order.asked > 0 && order.changed >= ORDER_RISK * order.asked)
    found.push({
      kind: "judge",
      sentence: `The judge ${model} changes its choice with the order of the two answers on ${formatCount(order.changed)} of ${formatCount(order.asked)} answers (${points(order.changed / order.asked)}%), each of which counts as a tie.`,
      unbounded: order.changed > ORDER_DECIDES * order.asked ? true : undefined
    });
  if (failed > 0)
    found.push({
      kind: "judge",
      sentence: `The judge ${model} gave no score for ${formatCount(failed)} of ${formatCount(failed + scored)} answers.`
    });
  return found;
}

function priceRisk({prices = []}: RiskFacts): Risk | undefined {
  const stale = prices.filter(({days}) => days > OLD_PRICE_DAYS).sort((a, b) => b.days - a.days);
  const oldest = stale[0];
  if (!oldest) return undefined;
  const more =
    stale.length > 1 ? `, and ${stale.length - 1} more ${stale.length === 2 ? "is" : "are"} stale` : "";
  return {
    kind: "price",
    sentence: `The price of ${oldest.candidate} was read on ${oldest.asOf}, ${oldest.days} days before the run ended${more}.`
  };
}

function sliceRisk({slices = []}: RiskFacts): Risk | undefined {
  const tiny = slices.filter(({rows}) => rows < TINY_SLICE_ROWS).sort((a, b) => a.rows - b.rows);
  const least = tiny[0];
  if (!least) return undefined;
  return {
    kind: "slices",
    sentence: `${tiny.length} of ${slices.length} slices ${tiny.length === 1 ? "holds" : "hold"} fewer than ${TINY_SLICE_ROWS} rows (${least.slice} ${valueName(least.value)}: ${least.rows}): ${tiny.length === 1 ? "its" : "their"} figures say little.`,
    moves: 0
  };
}

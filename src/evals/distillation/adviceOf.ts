import {writerOf} from "../decisions/scoreScale.js";
import type {DistillationAdvice, DistillationView, StudentCost, StudentView} from "./types.js";

/** The cheapest student first, and those whose cost is unknown last; of equals the one with the best score. */
export function byPreference(students: readonly StudentView[]): StudentView[] {
  const usdOf = (one: StudentView) =>
    Math.min(...one.costs.map(({usdPerMonth = Infinity}) => usdPerMonth), Infinity);
  return [...students].sort((a, b) => compare(usdOf(a), usdOf(b)) || (b.mean ?? 0) - (a.mean ?? 0));
}

/**
 * Who should answer: the preferred student that is shown to be no worse, else the cascade that leaves the teacher the least, else the
 * teacher.
 */
export function adviceOf(view: Omit<DistillationView, "advice">): DistillationAdvice {
  const {teacher, margin, maxLoss, cleanRows, scale, students, confidence} = view;
  const {difference, number} = writerOf(scale);
  const [shown] = byPreference(students).filter(({judged}) => judged.verdict === "non-inferior");
  if (shown)
    return {
      kind: "student",
      student: shown.name,
      sentence: `${shown.name} can take ${teacher}'s place: at most ${difference(margin)} worse (${number(shown.judged.difference!)}, at worst ${number(shown.judged.low!)}) on ${shown.judged.rows} rows that neither learned from.`
    };
  const open = students.filter(({judged}) => judged.verdict === "undecided").map(({name}) => name);
  const lacking =
    open.length === 0
      ? `no student is at most ${difference(margin)} worse`
      : `no student is shown to be at most ${difference(margin)} worse on ${cleanRows} rows`;
  const more = open.length === 0 ? "" : ` More test rows may decide about ${open.join(", ")}.`;
  const [first] = students
    .filter(({cascade}) => cascade?.threshold !== undefined && cascade.share > 0)
    .sort((a, b) => b.cascade!.share - a.cascade!.share);
  if (first)
    return {
      kind: "cascade",
      student: first.name,
      sentence: `${first.name} can answer before ${teacher}: it takes ${percent(first.cascade!.share)} of the traffic, at most ${difference(maxLoss)} below ${teacher} with probability ${confidence}. Alone, ${lacking}.${more}`
    };
  return {kind: "teacher", sentence: `${teacher} stays: ${lacking}, alone or in a cascade.${more}`};
}

/** From which volume a student pays on a hosting, in a sentence. */
export function paysText(
  {breakEven, unknown, savedUsdPerMonth, hosting}: StudentCost,
  {teacherUnknown, callsPerMonth}: Pick<DistillationView, "teacherUnknown" | "callsPerMonth">
): string {
  const missing = [...teacherUnknown.map((one) => `of the teacher ${one}`), ...unknown];
  if (missing.length > 0) return `${hosting}: unknown without ${missing.join(", ")}`;
  const count = (n: number) => Math.ceil(n).toLocaleString("en-US");
  if (!breakEven)
    return savedUsdPerMonth !== undefined && savedUsdPerMonth > 0
      ? `${hosting}: pays at any volume`
      : `${hosting}: pays at no volume`;
  const {low, high, requestsPerMonth, cheaperAbove} = breakEven;
  const range =
    low === undefined || count(low) === count(high!) ? "" : ` (95% CI ${count(low)} to ${count(high!)})`;
  const at = ` at ${count(callsPerMonth)} it ${(savedUsdPerMonth ?? 0) > 0 ? "saves" : "costs"} $${Math.abs(savedUsdPerMonth ?? 0).toFixed(2)} a month${(savedUsdPerMonth ?? 0) > 0 ? "" : " more"}`;
  return `${hosting}: pays ${cheaperAbove === "b" ? "from" : "up to"} ${count(requestsPerMonth)} requests a month${range};${at}`;
}

/** Whether a further training pays, in a sentence; of a student of a job why that is not known. */
export function gainText(
  {name, job, gain, costs}: StudentView,
  {scale, margin}: Pick<DistillationView, "scale" | "margin">
): string | undefined {
  if (!gain)
    return job === undefined
      ? undefined
      : `${name} has no curve of score against rows: job ${job} learned all rows, and each share of them would be one more job to pay for.`;
  const {number, difference} = writerOf(scale);
  const {fromRows, toRows, low, high, mayPay, nextUsd} = gain;
  const gained = `From ${fromRows} to ${toRows} rows the score changed by ${number(gain.difference)} (${number(low)} to ${number(high)})`;
  if (!mayPay)
    return `${gained}: as many rows again are expected to gain less than the margin of ${difference(margin)}.`;
  const saved = Math.max(0, ...costs.map(({savedUsdPerMonth = 0}) => savedUsdPerMonth));
  const price =
    nextUsd === undefined
      ? "what they cost is unknown"
      : `they cost about $${nextUsd.toFixed(2)}${saved > 0 ? `, ${nextUsd / saved < 0.1 ? "less than 0.1" : (nextUsd / saved).toFixed(1)} months of what it saves` : ""}`;
  return `${gained}: as many rows again may gain the margin; ${price}.`;
}

const percent = (share: number) => `${Math.round(100 * share)}%`;

const compare = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);

import type {CandidateColumn} from "./columns.js";
import {cleanTable, type Contamination, type RowMark} from "./contamination.js";
import {DEFAULT_ALPHA} from "./decideOptions.js";
import {type GateIntervals, oneLook} from "./gateIntervals.js";
import {formatCount} from "./points.js";
import {type ScoreScale, writerOf} from "./scoreScale.js";
import type {ScoreTable, CleanLead} from "./types.js";

export interface ContaminationMarks {
  contamination?: readonly Contamination[];
  /** What each candidate may have learned of each row, in the order of the table's. */
  marks?: ReadonlyMap<string, readonly RowMark[]>;
}

export interface LeadTerms {
  /** Default 0.05. */
  alpha?: number;
  intervals?: GateIntervals;
}

/**
 * The leads over the baseline on clean rows of all others that had learned from some; none of one without a clean row, and where the marks
 * of rows are not known. The baseline's scores may be those of another table.
 */
export function cleanLeads(
  table: ScoreTable,
  baseline: CandidateColumn | undefined,
  {contamination = [], marks}: ContaminationMarks,
  {alpha = DEFAULT_ALPHA, intervals = oneLook}: LeadTerms = {}
): Readonly<Record<string, CleanLead>> {
  if (!baseline || !marks) return {};
  const over = baseline.candidate;
  const leads = contamination.flatMap(({candidate, clean: own, share = 0}): [string, CleanLead][] => {
    if (share === 0 || own === 0 || candidate === over) return [];
    const pair = [...marks].filter(([name]) => name === candidate || name === over);
    const clean = cleanTable(table, new Map(pair));
    const other = baseline.table === table ? clean : baseline.table;
    const found = intervals.difference(clean, candidate, {table: other, candidate: over}, {among: 1, alpha});
    const rows = found?.n ?? clean.rowIds.length;
    return [[candidate, {over, rows, difference: found?.estimate, low: found?.low, high: found?.high}]];
  });
  return Object.fromEntries(leads);
}

/** Whether the clean rows show by themselves that the candidate is better. */
export function isLeadShown(lead: CleanLead | undefined): boolean {
  return lead?.low !== undefined && lead.low > 0;
}

/**
 * What the clean rows say of a lead, led by a blank.
 * @param whole the lead on all rows, where it is known
 */
export function cleanLeadText(candidate: string, lead: CleanLead, scale: ScoreScale, whole = 0): string {
  const {over, rows, difference, low, high} = lead;
  const are = rows === 1 ? "row that is" : "rows that are";
  if (rows === 0) return " No row is known to be clean for both.";
  if (difference === undefined || low === undefined || high === undefined)
    return ` The ${formatCount(rows)} ${are} clean for both ${rows === 1 ? "is" : "are"} too few to compare them on.`;
  const write = writerOf(scale);
  const found = `${write.difference(difference)} (${write.number(low)} to ${write.number(high)})`;
  const where = ` On the ${formatCount(rows)} ${are} clean for both,`;
  if (isLeadShown(lead)) return `${where} ${candidate} is ${found} better than ${over}.`;
  return `${where} the difference is ${found}: ${high < whole ? "no such lead there" : "too few rows to tell"}.`;
}

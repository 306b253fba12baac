import {sha256} from "../../../base/system/index.js";
import {isObject} from "../../../base/validation/isObject.js";
import {TextIndex} from "../duplicates/index.js";
import type {Database} from "../../../base/store/index.js";
import type {AnswersSource} from "./answersOf.js";
import type {RunAnswer} from "./runAnswers.js";
import type {Separation} from "./separation.js";

/** How many answers each rule left out, in the order of the rules. An answer counts for the first that leaves it out. */
export class AnswersLeftOut {
  readonly #counts = new Map<string, number>();

  add(reason: string, answers = 1): void {
    if (answers > 0) this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + answers);
  }

  get counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}

/** An answer with the share of its row's answers that say the same; undefined where there is one alone. */
export interface AgreedAnswer extends RunAnswer {
  agreement?: number;
}

/** A row's answers that may be learned from: separate from all test rows, and good by the rules that look at one row. */
export function keptOfRow(
  answers: readonly RunAnswer[],
  source: AnswersSource,
  leftOut: AnswersLeftOut
): AgreedAnswer[] {
  const {keep = {}, form = "answers"} = source;
  const minScore = form === "answers" || form === "soft" ? keep.minScore : undefined;
  const same = agreements(answers);
  return answers.flatMap((answer, i) => {
    const reason = refusal(answer, source, {minScore, agreement: same[i]});
    if (reason !== undefined) leftOut.add(reason);
    return reason === undefined ? [{...answer, agreement: same[i]}] : [];
  });
}

function refusal(
  answer: RunAnswer,
  {keep = {}, form = "answers"}: AnswersSource,
  {minScore, agreement}: {minScore: number | undefined; agreement: number | undefined}
): string | undefined {
  if (answer.closed) return "rows of a test or held-out part";
  if (answer.part === null || answer.messages === null)
    return "rows that were erased, are held out by another split, or whose prompt is not known";
  if (answer.part !== "train" && answer.part !== "validation")
    return "rows that are in no part to learn from";
  if (answer.status !== "completed") return "failed";
  if (answer.refused && !keep.refusals) return "refused";
  if (answer.cut_off && !keep.cutOff) return "cut off";
  if (!answer.output?.trim() && answer.tool_calls === null) return "empty";
  if (form === "soft" && answer.logprobs === null) return "without log probabilities";
  const isScored = answer.score !== null;
  if (!isScored && (minScore !== undefined || form === "pairs" || form === "kto")) return "not scored";
  if (minScore !== undefined && answer.score! < minScore) return `scored below ${minScore}`;
  if (keep.agreement !== undefined) {
    if (agreement === undefined) return "the only answer of its row";
    if (agreement < keep.agreement) return `agreed on by less than ${keep.agreement} of its row's answers`;
  }
  if (keep.consistent && !isConsistent(answer.details))
    return "the judge's choice changed with the order, or was made in one";
  return undefined;
}

/** Of each answer the share of its prompt's answers that say the same. */
function agreements(answers: readonly RunAnswer[]): (number | undefined)[] {
  const said = answers.map(({variant, output, tool_calls}) => `${variant}\n${saidBy(output, tool_calls)}`);
  return answers.map(({variant, status}, i) => {
    const all = answers.flatMap((one, j) =>
      one.variant === variant && one.status === "completed" ? [j] : []
    );
    if (status !== "completed" || all.length < 2) return undefined;
    return all.filter((j) => said[j] === said[i]).length / all.length;
  });
}

/** What an answer says, without case and white space: calls of tools without their ids. */
export function saidBy(output: string | null, calls: string | null): string {
  const words = (output ?? "").toLowerCase().replace(/\s+/g, " ").trim();
  if (calls === null) return words;
  const list: unknown = JSON.parse(calls);
  return JSON.stringify([
    words,
    Array.isArray(list) ? list.map((one) => (isObject(one) ? one.function : one)) : list
  ]);
}

function isConsistent(details: string | null): boolean {
  const found: unknown = details === null ? undefined : JSON.parse(details);
  return isObject(found) && (found.agree === true || found.identical === true);
}

/** The ids of rows with a near-duplicate among the texts that they are kept apart from. */
export async function nearTestRows(
  db: Database,
  texts: {row_id: string; text: string}[],
  {texts: known}: Separation
): Promise<Set<string>> {
  if (!known) return new Set();
  async function* wanted() {
    yield* texts;
  }
  return new Set((await known.matches(db, wanted())).keys());
}

/** A made row with what later rules look at. */
export interface MadeRow {
  row: Record<string, unknown>;
  question: string;
  /** What the row teaches, to tell whether another teaches the same. */
  taught: string;
  slice: string | undefined;
  answers: number;
}

/** Without near-duplicates of an earlier question that teach the same. */
export function withoutDuplicates(
  rows: readonly MadeRow[],
  {near}: AnswersSource,
  leftOut: AnswersLeftOut
): MadeRow[] {
  const index = new TextIndex(near);
  const numbers = rows.map(({question}) => index.add(question));
  const first = Array.from({length: index.size}, (_, i) => i);
  index.pairs(
    () => false,
    (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      first[high] = Math.min(first[high]!, low);
    }
  );
  const seen = new Set<string>();
  return rows.filter(({taught, answers}, i) => {
    const key = `${first[numbers[i]!]!}\n${taught}`;
    if (seen.has(key)) {
      leftOut.add("near-duplicates of a kept question with the same answer", answers);
      return false;
    }
    seen.add(key);
    return true;
  });
}

/** At most so many rows of each value of a slice: those with the smallest hashes of their ids, so that a new row moves few. */
export function balanced(
  rows: readonly MadeRow[],
  {keep}: AnswersSource,
  leftOut: AnswersLeftOut
): MadeRow[] {
  if (!keep?.balance) return [...rows];
  const {slice, most} = keep.balance;
  const hashes = new Map(rows.map((one) => [one, sha256(String(one.row.id))]));
  const taken = new Map<string | undefined, number>();
  const kept = new Set<MadeRow>();
  for (const one of [...rows].sort((a, b) => (hashes.get(a)! < hashes.get(b)! ? -1 : 1))) {
    const before = taken.get(one.slice) ?? 0;
    if (before < most) kept.add(one);
    else leftOut.add(`more than ${most} of a ${slice}`, one.answers);
    taken.set(one.slice, before + 1);
  }
  return rows.filter((one) => kept.has(one));
}

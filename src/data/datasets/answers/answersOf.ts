import {
  assertChecked,
  either,
  exactly,
  flag,
  holding,
  listOf,
  number,
  oneOf,
  type SchemaShape,
  text
} from "../../../base/validation/checked.js";
import type {NearDuplicateSettings} from "../duplicates/index.js";

/**
 * What a row of answers is:
 *
 * - `answers`: one answer, as `prompt` and `answer`, and as a conversation with its tools in `messages`
 * - `pairs`: a better and a worse answer to one prompt, in `chosen` and `rejected`
 * - `kto`: one answer that is marked good or bad, in `good`
 * - `soft`: as `answers`, with the teacher's log probabilities of each token and of its alternatives in `logprobs`
 */
export type AnswersForm = "answers" | "pairs" | "kto" | "soft";

/** Which answers are kept, by what the eval found. Each rule counts what it leaves out. */
export interface AnswersKept {
  /** Least score. Of pairs it holds for the better answer. */
  minScore?: number;
  /** Least share of a row's answers (repeats, and those of all candidates) that say the same; rows with one answer are left out. */
  agreement?: number;
  /** Only scores of a judge that chose the same answer in both orders. */
  consistent?: boolean;
  /** Refusals too; left out when absent. */
  refusals?: boolean;
  /** Answers that were cut off at the token limit too; left out when absent. */
  cutOff?: boolean;
  /** `best` (default): of each row and prompt the answer with the best score, then that of the first candidate. `all`: every one. */
  each?: "best" | "all";
  /** Near-duplicates of a kept question with the same answer too; left out when absent. */
  duplicates?: boolean;
  /** At most this many rows of each value of a slice of the eval; those with the smallest hashes of their ids. */
  balance?: {slice: string; most: number};
}

export interface AnswersOptions {
  /** Whose answers; those of all candidates when absent. */
  candidates?: string | string[];
  /** Default "answers". */
  form?: AnswersForm;
  /** The scorer that decides; the run's primary one when absent. */
  scorer?: string;
  keep?: AnswersKept;
  /** Of pairs: by how much the better answer's score is at least higher; any difference when absent. */
  leastDifference?: number;
  /** Of `kto`: the score from which an answer is good (default 1), and up to which it is bad (default 0). Between, it is left out. */
  good?: number;
  bad?: number;
  /** Columns of the dataset that stand beside the answers. Its columns of text, group and time always do. */
  columns?: string[];
  /** Other datasets whose test and held-out rows, and their near-duplicates, may not come through. */
  apart?: string[];
  /** The column by which near-duplicates are found; the dataset's text when absent. */
  text?: string;
  near?: NearDuplicateSettings;
  /** Why its answers are learned from although a provider's terms forbid it, or what else allows it. */
  reason?: string;
}

/** The answers of runs as rows to learn from. */
export interface AnswersSource extends AnswersOptions {
  kind: "answers";
  /** Ids of runs, or names of evals: of those the newest run on each of the parts that may be learned. */
  of: string | string[];
}

const some = (what: string) => either(`${what}, or several`, text(), listOf(text(), `a list of ${what}s`, 1));
const share = () => number({above: 0, most: 1}).optional();

const kept = exactly<AnswersKept>("rules such as {minScore: 1}", {
  minScore: number().optional(),
  agreement: share(),
  consistent: flag().optional(),
  refusals: flag().optional(),
  cutOff: flag().optional(),
  each: oneOf(["best", "all"]).optional(),
  duplicates: flag().optional(),
  balance: exactly<NonNullable<AnswersKept["balance"]>>("a balance such as {slice, most: 100}", {
    slice: text("a slice of the eval"),
    most: number({least: 1, whole: true})
  }).optional()
});

const FORMS: readonly AnswersForm[] = ["answers", "pairs", "kto", "soft"];

const shape: SchemaShape<AnswersSource> = {
  kind: oneOf(["answers"]),
  of: some("a run's id or an eval's name"),
  candidates: some("a candidate's name").optional(),
  form: oneOf(FORMS).optional(),
  scorer: text("a scorer's name").optional(),
  keep: kept.optional(),
  leastDifference: number({above: 0}).optional(),
  good: number().optional(),
  bad: number().optional(),
  columns: listOf(text("a column's name"), "a list of columns").optional(),
  apart: listOf(text("a dataset's name"), "a list of datasets").optional(),
  text: text("a column's name").optional(),
  near: exactly<NearDuplicateSettings>("settings such as {threshold: 0.8}", {
    threshold: share(),
    foldNumbers: flag().optional()
  }).optional(),
  reason: text("a reason").optional()
};

export const answersSchema = holding<AnswersSource>(
  exactly<AnswersSource>('answers such as answersOf("teacher-train")', shape),
  ({form = "answers", leastDifference, good, bad, keep = {}}) => {
    const problems: {path: string[]; message: string}[] = [];
    if (leastDifference !== undefined && form !== "pairs")
      problems.push({path: ["leastDifference"], message: 'goes with form "pairs"'});
    for (const [name, value] of Object.entries({good, bad}))
      if (value !== undefined && form !== "kto")
        problems.push({path: [name], message: 'goes with form "kto"'});
    if (form === "kto" && (bad ?? 0) >= (good ?? 1))
      problems.push({path: ["bad"], message: `must be below \`good\` (${good ?? 1})`});
    if (keep.agreement !== undefined && form === "pairs")
      problems.push({path: ["keep", "agreement"], message: "goes with no pairs, whose answers differ"});
    if (keep.minScore !== undefined && form === "kto")
      problems.push({path: ["keep", "minScore"], message: "goes with no kto, which learns bad answers too"});
    if (keep.each !== undefined && (form === "pairs" || form === "kto"))
      problems.push({path: ["keep", "each"], message: `goes with no form "${form}", which takes several`});
    return problems;
  }
);

/**
 * The answers of runs, of a teacher or several, as a source of rows to learn from: of a dataset, or as the `dataset` of a
 * fine-tune, a job or a trainer of classifiers. Each row keeps the part that its run's split gave it. Rows of a test or held-out
 * part, in any version of the dataset, never come through, nor do their near-duplicates.
 *
 * @param of ids of runs, or names of evals: of those the newest run on each of the parts that may be learned
 */
export function answersOf(of: string | string[], options: AnswersOptions = {}): AnswersSource {
  const source: AnswersSource = {kind: "answers", of, ...options};
  assertChecked("answersOf", answersSchema, source);
  return source;
}

export function isAnswers(value: unknown): value is AnswersSource {
  return typeof value === "object" && value !== null && (value as {kind?: unknown}).kind === "answers";
}

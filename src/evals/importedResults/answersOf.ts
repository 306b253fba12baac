import {UserError} from "../../base/validation/index.js";
import {ProblemList} from "./problems.js";
import type {ImportedAnswer, ImportedFile, CombinedAnswer} from "./types.js";

/** All answers with their repeats. Throws a UserError with all that keeps them from standing beside one another. */
export function combinedAnswers(files: readonly ImportedFile[]): CombinedAnswer[] {
  const fileOf = new Map<string, number>();
  const repeats = new Map<string, Set<number>>();
  const found: CombinedAnswer[] = [];
  const wrong = new WrongAnswers();
  for (const [f, file] of files.entries())
    for (const answer of file.answers) {
      const {row, candidate} = answer;
      if (row === "" || candidate === "") {
        wrong.add(
          `${file.path} holds answers without a row's id or a candidate's name`,
          row,
          "Give each answer both"
        );
        continue;
      }
      const key = `${row}\u0000${candidate}`;
      const other = files[fileOf.get(key) ?? f]!;
      if (other !== file) {
        wrong.add(
          `${other.path} and ${file.path} both hold answers of ${candidate}`,
          row,
          `Tell the two apart by a name: before=${other.path} after=${file.path}`
        );
        continue;
      }
      for (const {what, advice} of answerProblems(answer))
        wrong.add(`${file.path} holds ${what} of ${candidate}`, row, advice);
      fileOf.set(key, f);
      const seen = repeats.get(key) ?? new Set<number>();
      const repeat = answer.repeat ?? seen.size;
      const isCount = Number.isInteger(repeat) && repeat >= 0 && repeat <= 10_000;
      if (seen.has(repeat) || !isCount)
        wrong.add(
          `${file.path} holds repeat ${repeat + 1} of ${candidate} ${isCount ? "twice" : "which is no count"}`,
          row,
          "Export one run a file"
        );
      repeats.set(key, seen.add(repeat));
      found.push({...answer, repeat});
    }
  wrong.assertNone();
  if (found.length === 0)
    throw new UserError(`${files.map(({path}) => path).join(", ")}: there is no answer in it.`);
  return found;
}

const AMOUNTS = {
  costUsd: "cost",
  promptTokens: "number of prompt tokens",
  completionTokens: "number of completion tokens",
  cachedTokens: "number of cached tokens"
} as const;

/** Two scores by one scorer would be averaged, and no scorer gave their mean. */
function answerProblems({scores, ...answer}: ImportedAnswer): {what: string; advice: string}[] {
  const names = scores.map(({scorer}) => scorer);
  const twice = new Set(names.filter((name, i) => names.indexOf(name) < i));
  const fields = (Object.keys(AMOUNTS) as (keyof typeof AMOUNTS)[]).filter(
    (field) => (answer[field] ?? 0) < 0
  );
  return [
    ...fields.map((field) => ({what: `a ${AMOUNTS[field]} below 0`, advice: "Leave out what is not known"})),
    ...[...twice].map((name) => ({
      what: `two scores by ${name} in one answer`,
      advice: "Give each scorer a name of its own"
    }))
  ];
}

/** What is wrong with answers, each kind of it once with the rows where it was found. */
class WrongAnswers {
  readonly #found = new Map<string, {rows: Set<string>; advice: string}>();

  add(what: string, row: string, advice: string): void {
    const known = this.#found.get(what) ?? {rows: new Set(), advice};
    if (row !== "") known.rows.add(row);
    this.#found.set(what, known);
  }

  assertNone(): void {
    const problems = new ProblemList();
    for (const [what, {rows, advice}] of this.#found) problems.add(`${what}${whereOf(rows)}. ${advice}.`);
    problems.assertNone();
  }
}

function whereOf(rows: ReadonlySet<string>): string {
  if (rows.size === 0) return "";
  const first = [...rows].slice(0, 5).join(", ");
  return rows.size > 5 ? ` on ${rows.size} rows: ${first}, …` : ` on row${rows.size > 1 ? "s" : ""} ${first}`;
}

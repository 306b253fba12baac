import {valueName} from "../../../evals/decisions/valueName.js";
import {OTHER} from "../../site/rowFiles.js";
import type {RunRows} from "./runRows.js";

export {OTHER};

/** Answers outside the classes that have a column. */
const MOST_INVENTED = 10;

/** The answers, those outside the classes that are rare as one. */
export function frequent(
  answers: readonly (string | undefined)[],
  known: ReadonlySet<string>
): (string | undefined)[] {
  const times = new Map<string, number>();
  for (const answer of answers)
    if (answer !== undefined && !known.has(answer)) times.set(answer, (times.get(answer) ?? 0) + 1);
  const kept = new Set(
    [...times]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST_INVENTED)
      .map(([answer]) => answer)
  );
  return answers.map((answer) =>
    answer === undefined || known.has(answer) || kept.has(answer) ? answer : OTHER
  );
}

/** A row's answer as it is shown by itself. */
export function publishedAnswer(rows: RunRows, candidate: string, row: number): string | undefined {
  const answer = rows.text(`answer:${candidate}`, row);
  return answer === OTHER ? "not published" : answer === undefined ? undefined : valueName(answer);
}

/** A row's expected answer as it is shown by itself, where it is a class. */
export function shownExpected(rows: RunRows, row: number): string | undefined {
  const label = rows.text("expected", row);
  return label === undefined ? undefined : valueName(label);
}

export function labelText(label: string): string {
  return label === OTHER ? "any other answer" : valueName(label);
}

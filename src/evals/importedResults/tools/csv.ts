import type {ResultsContent} from "../content.js";
import {parsedScore} from "../json.js";
import type {ImportedAnswer} from "../types.js";
import {fileOf, misshapen, type ForeignTool} from "./types.js";

/** The names by which a column is found, in any case; the first that is there counts. */
const COLUMNS = {
  row: ["row", "row_id", "id", "test", "testcase", "case", "name", "sample_id", "question_id"],
  candidate: ["candidate", "model", "provider", "system", "suite", "testsuite", "classname", "run"],
  score: ["score", "value", "result", "status", "passed", "pass", "success", "correct"],
  scorer: ["scorer", "metric", "grader", "assertion"],
  output: ["output", "answer", "completion", "response", "prediction"],
  expected: ["expected", "target", "label", "reference", "gold"],
  input: ["input", "prompt", "question"],
  error: ["error", "error_message"],
  failure: ["failure", "failure_message"],
  repeat: ["repeat", "epoch", "trial"],
  latencyMs: ["latency_ms"],
  costUsd: ["cost_usd", "cost"],
  promptTokens: ["prompt_tokens", "input_tokens"],
  completionTokens: ["completion_tokens", "output_tokens"]
} as const;

type CsvField = keyof typeof COLUMNS;

/**
 * CSV with a line for each row, candidate and score, as JUnit reports are flattened to. Scores are numbers or words such
 * as "passed" and "failed"; "error" and "skipped" are no score, and neither is one beside an error. A scorer's second
 * score of one row and candidate begins a new repeat. Columns that say nothing else are slices.
 */
export const csv: ForeignTool = {
  tool: "csv",
  apart: true,
  matches: (content) => content.kind === "table",
  read: async (contents) =>
    contents.map((content) => fileOf(content, {tool: "csv", answers: tableAnswers(content as CsvTable)}))
};

type CsvTable = Extract<ResultsContent, {kind: "table"}>;

function tableAnswers({path, columns, rows}: CsvTable): ImportedAnswer[] {
  const names = columns.map((name) => name.toLowerCase().replaceAll(/[\s-]+/g, "_"));
  const places: Partial<Record<CsvField, number>> = {};
  for (const field of Object.keys(COLUMNS) as CsvField[]) {
    const name = COLUMNS[field].find((one) => names.includes(one));
    const place = name === undefined ? -1 : names.indexOf(name);
    if (place >= 0 && !Object.values(places).includes(place)) places[field] = place;
  }
  const missing = (["row", "candidate", "score"] as const).filter((field) => places[field] === undefined);
  if (missing.length > 0)
    throw misshapen(
      path,
      `the header (${columns.slice(0, 12).join(", ")})`,
      `has no column for ${missing.join(", ")}. Name them row, candidate and score`
    );
  const slices = columns.flatMap((name, i) => (Object.values(places).includes(i) ? [] : [{name, i}]));
  const lines = rows.map((values): CsvLine => {
    const of = (field: CsvField) => values[places[field] ?? -1] || undefined;
    const own = slices.flatMap(({name, i}) => (values[i] ? [[name, values[i]] as const] : []));
    return {of, slices: Object.fromEntries(own)};
  });
  const problems = lines.flatMap((line, i) =>
    lineProblems(line).map((problem) => `record ${i + 1} ${problem}`)
  );
  if (problems.length > 0)
    throw misshapen(
      path,
      `${problems.slice(0, 10).join("; ")}${problems.length > 10 ? `; and ${problems.length - 10} more` : ""}:`,
      'a score is a number, "passed" or "failed", costs, tokens and times are plain numbers of at least 0, and what is not known is empty'
    );
  return answersIn(lines);
}

interface CsvLine {
  of(field: CsvField): string | undefined;
  slices: Record<string, string>;
}

const NO_SCORE = /^(error|errored|skipped|skip|timeout|nan|null|none|n\/a)$/i;

/** What a column of amounts says where there is none. */
const NO_AMOUNT = /^(nan|null|none|n\/a|-)$/i;

/** What an `error` column says where there was none. */
const NO_ERROR = /^(0|false|no|nan|null|none|n\/a|-)$/i;

/** Columns of amounts, as problems name them. */
const AMOUNTS = {
  latencyMs: "latency",
  costUsd: "cost",
  promptTokens: "prompt tokens",
  completionTokens: "completion tokens"
} as const;

const isAmount = (text: string) =>
  /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text));

function amountOf(text: string | undefined): number | undefined {
  return text !== undefined && isAmount(text.trim()) ? Number(text) : undefined;
}

function lineProblems({of}: CsvLine): string[] {
  const score = of("score");
  const repeat = of("repeat");
  return [
    ...(["row", "candidate"] as const)
      .filter((field) => of(field) === undefined)
      .map((field) => `has no ${field}`),
    ...(score === undefined || parsedScore(score) !== undefined || NO_SCORE.test(score.trim())
      ? []
      : [`has the score ${JSON.stringify(score.slice(0, 40))}`]),
    ...(repeat === undefined || parsedScore(repeat) !== undefined
      ? []
      : [`has the repeat ${JSON.stringify(repeat.slice(0, 40))}`]),
    ...(Object.keys(AMOUNTS) as (keyof typeof AMOUNTS)[]).flatMap((field) => {
      const text = of(field)?.trim() ?? "";
      return text === "" || isAmount(text) || NO_AMOUNT.test(text)
        ? []
        : [`has the ${AMOUNTS[field]} ${JSON.stringify(text.slice(0, 40))}`];
    })
  ];
}

function answersIn(lines: readonly CsvLine[]): ImportedAnswer[] {
  const repeats = lines.flatMap(({of}) => parsedScore(of("repeat")) ?? []);
  // An epoch is counted from 1, a repeat from 0.
  const first = repeats.reduce((least, one) => Math.min(least, one), Infinity) >= 1 ? 1 : 0;
  const answers = new Map<string, ImportedAnswer[]>();
  const counts = new Map<string, number>();
  for (const line of lines) {
    const {of} = line;
    const scorer = of("scorer") ?? "score";
    const answer = [of("row"), of("candidate"), of("repeat")];
    const [key, ofScorer] = [JSON.stringify(answer), JSON.stringify([...answer, scorer])];
    const begun = answers.get(key) ?? [];
    const n = counts.get(ofScorer) ?? 0;
    if (n === begun.length) begun.push(tableAnswer(line, first));
    answers.set(key, begun);
    counts.set(ofScorer, n + 1);
    addScore(begun[n]!, scorer, of);
  }
  // An answer that one scorer scored is no failure, though another gave nothing.
  return [...answers.values()]
    .flat()
    .map((answer) =>
      answer.scores.some(({value}) => value !== undefined)
        ? {...answer, failed: undefined}
        : {...answer, scores: []}
    );
}

function tableAnswer({of, slices}: CsvLine, first: number): ImportedAnswer {
  const repeat = parsedScore(of("repeat"));
  return {
    row: of("row")!,
    candidate: of("candidate")!,
    repeat: repeat === undefined ? undefined : repeat - first,
    output: of("output"),
    expected: of("expected"),
    input: of("input"),
    scores: [],
    slices,
    latencyMs: amountOf(of("latencyMs")),
    costUsd: amountOf(of("costUsd")),
    promptTokens: amountOf(of("promptTokens")),
    completionTokens: amountOf(of("completionTokens"))
  };
}

/** Beside an error a score is what a tool writes for want of one: never a wrong answer. */
function addScore(answer: ImportedAnswer, scorer: string, of: CsvLine["of"]): void {
  const stated = of("error");
  const error = stated === undefined || NO_ERROR.test(stated.trim()) ? undefined : stated;
  const score = of("score");
  const value = error === undefined ? parsedScore(score) : undefined;
  const reason = value === undefined ? (error ?? of("failure") ?? score ?? "no score") : undefined;
  answer.scores.push({scorer, value, reason});
  answer.failed ??= reason;
}

import type {Content} from "../content.js";
import {scoreOf} from "../json.js";
import type {ImportedAnswer} from "../types.js";
import {fileOf, misshapen, type ResultReader} from "./types.js";

/** The names by which a column is found, in any case; the first that is there counts. */
const COLUMNS = {
  row: ["row", "row_id", "id", "test", "testcase", "case", "name", "sample_id", "question_id"],
  candidate: ["candidate", "model", "provider", "system", "suite", "testsuite", "classname", "run"],
  score: ["score", "value", "result", "status", "passed", "pass", "success", "correct"],
  scorer: ["scorer", "metric", "grader", "assertion"],
  output: ["output", "answer", "completion", "response", "prediction"],
  expected: ["expected", "target", "label", "reference", "gold"],
  input: ["input", "prompt", "question"],
  failed: ["error", "failure", "failure_message"],
  repeat: ["repeat", "epoch", "trial"],
  latencyMs: ["latency_ms"],
  costUsd: ["cost_usd", "cost"],
  promptTokens: ["prompt_tokens", "input_tokens"],
  completionTokens: ["completion_tokens", "output_tokens"]
} as const;

type Field = keyof typeof COLUMNS;

/**
 * CSV with a line for each row, candidate and score, as JUnit reports are flattened to. Scores are numbers or words such
 * as "passed" and "failed"; "error" and "skipped" are no score. Columns that say nothing else are slices.
 */
export const csv: ResultReader = {
  tool: "csv",
  matches: (content) => content.kind === "table",
  read: async (contents) =>
    contents.map((content) => fileOf(content, {tool: "csv", answers: answersOf(content as Table)}))
};

type Table = Extract<Content, {kind: "table"}>;

function answersOf({path, columns, rows}: Table): ImportedAnswer[] {
  const names = columns.map((name) => name.toLowerCase().replaceAll(/[\s-]+/g, "_"));
  const places: Partial<Record<Field, number>> = {};
  for (const field of Object.keys(COLUMNS) as Field[]) {
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
  const answers = new Map<string, ImportedAnswer>();
  const problems: string[] = [];
  for (const [n, values] of rows.entries()) {
    const of = (field: Field) => values[places[field] ?? -1] || undefined;
    const [row, candidate] = [of("row"), of("candidate")];
    if (row === undefined || candidate === undefined) {
      problems.push(`record ${n + 1} has no ${row === undefined ? "row" : "candidate"}`);
      continue;
    }
    const key = JSON.stringify([row, candidate, of("repeat"), places.scorer === undefined ? n : ""]);
    let answer = answers.get(key);
    if (!answer) {
      answer = {
        row,
        candidate,
        repeat: of("repeat") === undefined ? undefined : scoreOf(of("repeat")),
        output: of("output"),
        expected: of("expected"),
        input: of("input"),
        failed: undefined,
        scores: [],
        slices: Object.fromEntries(slices.flatMap(({name, i}) => (values[i] ? [[name, values[i]]] : []))),
        latencyMs: scoreOf(of("latencyMs")),
        costUsd: scoreOf(of("costUsd")),
        promptTokens: scoreOf(of("promptTokens")),
        completionTokens: scoreOf(of("completionTokens"))
      };
      answers.set(key, answer);
    }
    const score = of("score");
    const value = scoreOf(score);
    const scorer = of("scorer") ?? "score";
    if (value !== undefined) answer.scores.push({scorer, value});
    else if (
      score === undefined ||
      /^(error|errored|skipped|skip|timeout|nan|null|none|n\/a)$/i.test(score.trim())
    )
      answer.failed ??= of("failed") ?? (score === undefined ? "no score" : score);
    else problems.push(`record ${n + 1} has the score ${JSON.stringify(score.slice(0, 40))}`);
  }
  if (problems.length > 0)
    throw misshapen(
      path,
      `${problems.slice(0, 10).join("; ")}${problems.length > 10 ? `; and ${problems.length - 10} more` : ""}:`,
      'a score is a number, "passed" or "failed", and empty where there is none'
    );
  // An answer that one scorer scored is no failure, though another gave nothing.
  for (const answer of answers.values()) if (answer.scores.length > 0) answer.failed = undefined;
  return [...answers.values()];
}

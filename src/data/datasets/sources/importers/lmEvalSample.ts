import {basename} from "node:path";
import {isObject, type JsonObject, textOf} from "./json.js";

/** What the model was asked: the first request's text. */
export function lmEvalInput(sample: JsonObject): unknown {
  return requestsOf(sample)[0]?.[0];
}

/**
 * What the model answered. Where it was given options and only their log-likelihoods were kept, the likeliest; undefined
 * when the sample does not tell the options.
 */
export function lmEvalOutput(sample: JsonObject): string | undefined {
  const answers = answersOf(sample);
  if (answers.length > 0 && answers.every(isLikelihood)) {
    const likelihoods = answers.map(([likelihood]) => Number(likelihood));
    return optionsOf(sample)?.[likelihoods.indexOf(Math.max(...likelihoods))];
  }
  // A text whose own likelihood is measured is asked alone, without settings or a continuation.
  if (requestsOf(sample)[0]?.length === 1 && isNumber(answers[0]) && Number(answers[0]) < 0) return undefined;
  return textOf(firstOf(firstOf(sample.filtered_resps)) ?? firstOf(sample.filtered_resps));
}

/** What was expected: of options the right one, also where the sample holds its place among them. */
export function lmEvalTarget(sample: JsonObject): unknown {
  const {target} = sample;
  const options = optionsOf(sample);
  const text = textOf(target)?.trim();
  if (!options || text === undefined || options.includes(text) || !/^\d+$/.test(text)) return target;
  return options[Number(text)] ?? target;
}

/** With one text before all of them: where it differs, the options are not what tells the requests apart. */
function optionsOf(sample: JsonObject): string[] | undefined {
  const requests = requestsOf(sample);
  const options = requests.flatMap(([, option]) => (typeof option === "string" ? [option.trim()] : []));
  const answers = answersOf(sample);
  const asked = new Set(requests.map(([text]) => text));
  return answers.length > 1 &&
    answers.every(isLikelihood) &&
    options.length === answers.length &&
    requests.length === answers.length &&
    asked.size === 1
    ? options
    : undefined;
}

function answersOf({filtered_resps: answers}: JsonObject): unknown[] {
  return Array.isArray(answers) ? (answers as unknown[]) : [];
}

/** A log-likelihood, and whether greedy decoding would have said the same; older versions write both as text. */
function isLikelihood(answer: unknown): answer is [unknown, unknown] {
  return (
    Array.isArray(answer) &&
    answer.length === 2 &&
    isNumber(answer[0]) &&
    (typeof answer[1] === "boolean" || /^(?:True|False)$/.test(String(answer[1])))
  );
}

function isNumber(value: unknown): boolean {
  if (typeof value === "string") return value.trim() !== "" && Number.isFinite(Number(value));
  return typeof value === "number";
}

/** Newer versions write `{"gen_args_0": {"arg_0": …}}`, older ones a list of lists. */
function requestsOf({arguments: given}: JsonObject): unknown[][] {
  if (isObject(given)) return Object.values(given).map((one) => (isObject(one) ? Object.values(one) : []));
  if (!Array.isArray(given)) return [];
  return given.map((one: unknown) => (Array.isArray(one) ? (one as unknown[]) : [one]));
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? (value as unknown[])[0] : typeof value === "string" ? value : undefined;
}

/** The task that a file of samples is of, by its name: `samples_TASK_2026-01-01T….jsonl`. */
export function lmEvalTask(path: string): string | undefined {
  return /^samples_(.+?)(?:_\d{4}-.*)?\.jsonl/.exec(basename(path))?.[1];
}

import type {Completion} from "../../inference/endpoints/types.js";
import {isObject} from "../../base/validation/isObject.js";
import {parseExactOutput} from "./parseJsonOutput.js";

interface ProbabilitySource {
  positive?: string;
  labels?: readonly string[];
  from?: "logprobs" | "answer";
}

/** The probabilities of labels that an answer gives, or why it gives none. */
export function labelProbabilities(
  output: string,
  completion: Pick<Completion, "logprobs"> | undefined,
  {positive, labels, from}: ProbabilitySource
): {probabilities: Map<string, number>} | {failed: string} {
  const first = completion?.logprobs?.[0];
  const read =
    (from ?? (first ? "logprobs" : "answer")) === "logprobs" ? tokens(first) : stated(output, positive);
  if (!read)
    return {failed: `the answer gives no probabilities${from === "logprobs" ? " of its tokens" : ""}`};
  if (!labels || (positive !== undefined && read.size === 1 && read.has(positive)))
    return {probabilities: read};
  const known = new Map(labels.map((label) => [label, read.get(label) ?? 0]));
  const sum = [...known.values()].reduce((total, one) => total + one, 0);
  if (sum === 0) return {failed: "the answer gives no probability of any label"};
  return {probabilities: new Map([...known].map(([label, one]) => [label, one / sum]))};
}

/** Of the first token, which is or begins the label; equal tokens but for white space are added. */
function tokens(
  first: NonNullable<Completion["logprobs"]>[number] | undefined
): Map<string, number> | undefined {
  if (!first) return undefined;
  const found = new Map<string, number>();
  for (const {token, logprob} of first.top ?? [first]) {
    const label = token.trim();
    if (label !== "") found.set(label, Math.min(1, (found.get(label) ?? 0) + Math.exp(logprob)));
  }
  return found;
}

function stated(output: string, positive: string | undefined): Map<string, number> | undefined {
  const value = parseExactOutput(output)?.value;
  if (isProbability(value)) return positive === undefined ? undefined : new Map([[positive, value]]);
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every((entry): entry is [string, number] => isProbability(entry[1]))
    ? new Map(entries)
    : undefined;
}

const isProbability = (value: unknown): value is number =>
  typeof value === "number" && value >= 0 && value <= 1;

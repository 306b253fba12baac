import {readFileSync} from "node:fs";
import {hashJson} from "../../base/system/hash.js";
import {exactJson, UserError} from "../../base/validation/index.js";
import {inProject} from "../../base/system/index.js";
import {shownAnswer} from "./shownAnswer.js";
import {withSettings} from "./scorerVersion.js";
import type {Json, Scorer} from "./types.js";

/** What one person said about one answer. */
export interface HumanLabel {
  /** The dataset row. */
  id: string;
  /**
   * The answer that was labelled: a label says nothing about another answer to the same row. Below its text stands a line for each
   * tool that it called, as `call get_weather({"city":"Paris"})`.
   */
  output: string;
  /** From 0 to 1; for a comparison with a baseline answer 1 is better, 0 worse, 0.5 a tie. */
  score: number;
  /** Who gave it, by initials, say: reports show them. */
  by?: string;
}

/**
 * Scores that people gave, from a JSONL file (a path from the project's folder) with a label a line or from a list; white space around an answer does not
 * matter, and an answer with several labels gets their mean; details {labels}, and {by} where labels name who gave them. An answer that nobody labelled is a failure,
 * not a zero. Beside an LLM judge on the same completions it shows how far that judge can be trusted and corrects its scores, for
 * which the labelled answers must be a random sample. Throws UserError naming every line that is no label.
 *
 * @example `await humanLabels([{id: "1", output: "Paris", score: 1}, {id: "1", output: "Paris", score: 0.5}])({output: "Paris ", row: {id: "1"}})` gives `{value: 0.75, details: {labels: 2}}`
 */
export function humanLabels(from: string | readonly HumanLabel[]): Scorer {
  const labels = typeof from === "string" ? readLabels(from) : checkLabels("humanLabels", from);
  const byAnswer = new Map<string, HumanLabel[]>();
  for (const label of labels) {
    const key = labelKey(label.id, label.output);
    byAnswer.set(key, [...(byAnswer.get(key) ?? []), label]);
  }
  const score: Scorer = (input) => {
    const {row} = input;
    const found = byAnswer.get(labelKey(row.id, shownAnswer(input)));
    if (!found) return {failed: "nobody labelled this answer"};
    const by = [...new Set(found.flatMap((one) => one.by ?? []))].sort();
    const details: {[key: string]: Json} = {labels: found.length};
    if (by.length > 0) details.by = by;
    return {value: found.reduce((sum, one) => sum + one.score, 0) / found.length, details};
  };
  const settings: {[key: string]: Json} = {labels: hashJson(labels)};
  return withSettings(score, settings, {module: import.meta.url, binary: false, human: true});
}

function labelKey(id: string, output: string): string {
  return `${id}\u0000${output.trim()}`;
}

function readLabels(file: string): HumanLabel[] {
  const path = inProject(file);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new UserError(
      `${path} cannot be read. It holds a label a line: {"id": "row", "output": "the answer", "score": 1}.`,
      {cause}
    );
  }
  const lines = text.split("\n").flatMap((line, i) => (line.trim() === "" ? [] : [{line, number: i + 1}]));
  return checkLabels(
    file,
    lines.map(({line}) => parsedLabel(line)),
    lines.map(({number}) => number)
  );
}

function parsedLabel(line: string): unknown {
  try {
    return exactJson(line);
  } catch {
    return undefined;
  }
}

function checkLabels(where: string, found: readonly unknown[], lines?: readonly number[]): HumanLabel[] {
  const problems: string[] = [];
  const labels = found.flatMap((one, i) => {
    const {id, output, score, by} = (one ?? {}) as Record<keyof HumanLabel, unknown>;
    const name = typeof id === "number" ? String(id) : id;
    const missing = [
      typeof name === "string" ? "" : "id",
      typeof output === "string" ? "" : "output",
      typeof score === "number" && score >= 0 && score <= 1 ? "" : "score from 0 to 1"
    ].filter(Boolean);
    if (missing.length > 0)
      problems.push(`${lines ? `line ${lines[i]}` : `label ${i + 1}`} has no ${missing.join(", no ")}`);
    if (missing.length > 0) return [];
    const label = {id: name as string, output: output as string, score: score as number};
    return [typeof by === "string" && by.trim() !== "" ? {...label, by} : label];
  });
  if (problems.length > 0)
    throw new UserError(`${where}:\n${problems.map((one) => `  - ${one}`).join("\n")}`);
  return labels;
}

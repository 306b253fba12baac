import {type Row, type ScoredRow, type Scorer} from "../../src/scorers/index.js";

export interface RecordedRow {
  id: string;
  prompt: string;
  expected: unknown;
}

/** What one model gave and got for one row. */
export type RowScore = {id: string; output: string; expected: unknown} & (
  {status: "scored"; value: number; details?: ScoredRow["details"]} | {status: "failed"; reason: string}
);

/**
 * Scores recorded outputs. `outputs` holds each model's output by row id; a row without one is left out of that
 * model's result. Scores come back in the order of the rows.
 */
export async function throughRunner(
  rows: readonly RecordedRow[],
  outputs: Readonly<Record<string, ReadonlyMap<string, string>>>,
  scorer: Scorer
): Promise<Record<string, RowScore[]>> {
  const result: Record<string, RowScore[]> = {};
  for (const [model, given] of Object.entries(outputs)) {
    const scores: RowScore[] = [];
    for (const {id, prompt, expected} of rows) {
      const output = given.get(id);
      if (output === undefined) continue;
      const score = await scorer({
        output,
        expected,
        row: {id, prompt, expected} as Row,
        completion: {text: output, finishReason: "recorded", latencyMs: 0, attempts: 1},
        messages: [{role: "user", content: prompt}]
      });
      const base = {id, output, expected};
      if (typeof score !== "object") scores.push({...base, status: "scored", value: Number(score)});
      else if ("failed" in score) scores.push({...base, status: "failed", reason: score.failed});
      else scores.push({...base, status: "scored", ...score});
    }
    result[model] = scores;
  }
  return result;
}

/** The rows that have a score, as a scorer's aggregate takes them. */
export function scoredRows(scores: readonly RowScore[]): ScoredRow[] {
  return scores.filter((score) => score.status === "scored");
}

/** Rows with a full score; a failed row is none. */
export function correctRows(scores: readonly RowScore[]): number {
  return scores.filter((score) => score.status === "scored" && score.value === 1).length;
}

import {chooseThresholds} from "../../../base/costs/index.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import type {RunManifest, Store} from "../../../base/store/index.js";
import {cascadeStages} from "../cascadeStages.js";
import type {StudentView} from "../../../evals/distillation/index.js";

interface CascadeTerms {
  /** Rows that nobody has learned from. */
  rows: readonly string[];
  maxLoss: number;
  confidence: number;
}

/** When a student's answer is enough and when the teacher is asked, by what both answered in a run. */
export async function studentCascade(
  store: Store,
  run: RunManifest,
  names: readonly [student: string, teacher: string],
  {rows, maxLoss, confidence}: CascadeTerms
): Promise<Pick<StudentView, "cascade" | "noCascade">> {
  const recorded = await cascadeStages(store, run, names).catch((error: unknown) => {
    if (error instanceof UserError) return messageOf(error);
    throw error;
  });
  if (typeof recorded === "string") return {noCascade: recorded};
  const wanted = new Set(rows);
  const places = recorded.rowIds.flatMap((id, i) => (wanted.has(id) ? [i] : []));
  const pick = <T>(values: readonly T[]): T[] => places.map((i) => values[i]!);
  const stages = recorded.stages.map((stage) => ({
    ...stage,
    confidence: pick(stage.confidence),
    scores: pick(stage.scores),
    usd: stage.usd && pick(stage.usd),
    usdOnce: stage.usdOnce && pick(stage.usdOnce)
  }));
  const {thresholds, report, calibrationRows} = chooseThresholds(stages, {
    loss: maxLoss,
    confidence,
    seed: run.seed,
    clusters: recorded.clusters && pick(recorded.clusters)
  });
  const [threshold = Infinity] = thresholds;
  return {
    cascade: {
      signal: recorded.signal,
      // JSON has no infinity.
      threshold: Number.isFinite(threshold) ? threshold : undefined,
      calibrationRows,
      rows: report.rows,
      share: report.shares[0] ?? 0,
      loss: report.loss
    }
  };
}

import {
  areRequestsKnown,
  type EarlierRun,
  expectedChange,
  type GateFacts,
  shownNames,
  tableAsIn
} from "../../../evals/decisions/index.js";
import {baselineRun} from "../../../evals/races/index.js";
import type {GateRule} from "../../../evals/runner/index.js";
import {isSameScorer} from "../../../report/site/changeSince.js";
import {unresolvedPersonalData} from "../../../report/site/index.js";
import {currentMeasures, type SplitMeasures} from "../../../data/splits/index.js";
import type {RunManifest, Store} from "../../../base/store/index.js";

const MEASURES = {
  exactLeakage: "the same text",
  nearLeakage: "near-duplicates",
  ngramLeakage: "13 words in a row",
  groupLeakage: "the same group"
};

/** What an eval's gate rules ask beside the run itself; only what they ask is read. */
export async function gateFacts(
  store: Store,
  run: RunManifest,
  rules: readonly GateRule[]
): Promise<GateFacts> {
  const baselines = new Map<string, EarlierRun>();
  for (const {baselineRun: name} of rules) {
    const found = name === undefined ? undefined : await baselineRun(store, run, name);
    if (found)
      baselines.set(name!, {
        run: found.id,
        table: await tableAsIn(store, found.id, run),
        otherScorer: !isSameScorer(run, found),
        sameAnswers: await sameAnswers(store, found, run),
        otherExpected: (await expectedChange(store, found.id, run.id)).rows,
        isPurged: found.purged !== undefined && run.purged !== undefined
      });
  }
  const asks = (rule: keyof GateRule) => rules.some((one) => one[rule] !== undefined);
  const leakage = asks("maxLeakageShare") ? await leakageOf(store, run) : undefined;
  const personalData = asks("maxPersonalDataRows") ? await unresolvedPersonalData(store, run) : undefined;
  return {
    baseline: (name) => baselines.get(name),
    leakage,
    personalData
  };
}

/**
 * Candidates of `now` that were asked the same in both runs on all rows of both, and answered the same; as tables name them. Of rows
 * that were erased it is not known.
 */
async function sameAnswers(store: Store, before: RunManifest, now: RunManifest): Promise<Set<string>> {
  if (!areRequestsKnown(before, now)) return new Set();
  const found = await store.rows<{candidate: string; variant: string}>(
    `select candidate, variant
     from completions a join completions b using (row_id, candidate, variant, repeat)
     where a.run = $before and b.run = $now and not regexp_full_match(row_id, $erased)
     group by all
     having bool_and(a.key = b.key and a.key <> '' and a.output is not distinct from b.output
       and a.tool_calls is not distinct from b.tool_calls)`,
    {before: before.id, now: now.id, erased: store.erasedIds}
  );
  const place = new Map(now.variants.map(({name}, v) => [name, v]));
  return new Set(found.map(({candidate, variant}) => shownNames(now, candidate)[place.get(variant)!]!));
}

async function leakageOf(store: Store, run: RunManifest): Promise<GateFacts["leakage"]> {
  const split = (await store.splits(run.dataset.name)).find(({id}) => id === run.split.id);
  const measures = split ? currentMeasures(split) : {};
  const shares = Object.entries(MEASURES).flatMap(([name, measure]) => {
    const share = (measures[name as keyof SplitMeasures] as {share?: number} | undefined)?.share;
    return typeof share === "number" ? [{measure, share}] : [];
  });
  return shares.sort((a, b) => b.share - a.share)[0];
}

import {
  areRequestsKnown,
  type EarlierRun,
  expectedChange,
  type GateFacts,
  type GateRule,
  shownNames,
  tableAsIn
} from "../../evals/decisions/index.js";
import {baselineRun} from "../../evals/races/index.js";
import {isSameScorer} from "./changeSince.js";
import {unresolvedPersonalData} from "./personalData.js";
import {currentMeasures, type SplitMeasures} from "../../data/splits/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";

const MEASURES = {
  exactLeakage: "the same text",
  nearLeakage: "near-duplicates",
  ngramLeakage: "13 words in a row",
  groupLeakage: "the same group"
};

/** Reads what an eval's gate rules need beside the run itself, and no more. */
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
  const needs = (rule: keyof GateRule) => rules.some((one) => one[rule] !== undefined);
  const leakage = needs("maxLeakageShare") ? await worstLeakage(store, run) : undefined;
  const personalData = needs("maxPersonalDataRows") ? await unresolvedPersonalData(store, run) : undefined;
  return {
    baseline: (name) => baselines.get(name),
    leakage,
    personalData
  };
}

/**
 * Candidates of `now`, as tables name them, with the same requests and answers in both runs on all rows of both that were not
 * erased.
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

async function worstLeakage(store: Store, run: RunManifest): Promise<GateFacts["leakage"]> {
  const split = (await store.splits(run.dataset.name)).find(({id}) => id === run.split.id);
  const measures = split ? currentMeasures(split) : {};
  const shares = Object.entries(MEASURES).flatMap(([name, measure]) => {
    const share = (measures[name as keyof SplitMeasures] as {share?: number} | undefined)?.share;
    return typeof share === "number" ? [{measure, share}] : [];
  });
  return shares.sort((a, b) => b.share - a.share)[0];
}

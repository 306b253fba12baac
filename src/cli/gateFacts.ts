import {type GateFacts, type ScoreTable, tableAsIn} from "../decisions/index.js";
import {baselineRun} from "../races/index.js";
import type {GateRule} from "../runner/index.js";
import {isSameScorer} from "../site/changeSince.js";
import {unresolvedPersonalData} from "../site/index.js";
import {currentMeasures, type SplitMeasures} from "../splits/index.js";
import type {RunManifest, Store} from "../store/index.js";

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
  const baselines = new Map<string, {run: string; table: ScoreTable; otherScorer: boolean}>();
  for (const {baselineRun: name} of rules) {
    const found = name === undefined ? undefined : await baselineRun(store, run, name);
    if (found)
      baselines.set(name!, {
        run: found.id,
        table: await tableAsIn(store, found.id, run),
        otherScorer: !isSameScorer(run, found)
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

async function leakageOf(store: Store, run: RunManifest): Promise<GateFacts["leakage"]> {
  const split = (await store.splits(run.dataset.name)).find(({id}) => id === run.split.id);
  const measures = split ? currentMeasures(split) : {};
  const shares = Object.entries(MEASURES).flatMap(([name, measure]) => {
    const share = (measures[name as keyof SplitMeasures] as {share?: number} | undefined)?.share;
    return typeof share === "number" ? [{measure, share}] : [];
  });
  return shares.sort((a, b) => b.share - a.share)[0];
}

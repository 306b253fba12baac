import {byNumbers, type GateRule, namedCandidate} from "../../evals/decisions/index.js";
import {listModels} from "../../weights/models/index.js";
import type {MaskExcerpt} from "../../data/privacy/index.js";
import {
  modelsDir,
  type Publishing,
  type RunManifest,
  type SplitManifest,
  type Store
} from "../../base/store/index.js";
import {currentMeasures} from "../../data/splits/index.js";
import {candidateViews} from "./candidateViews.js";
import {changeSince} from "./changeSince.js";
import {currentDecisions} from "./currentRuns.js";
import {publishingOf} from "./publishing.js";
import {hostedCosts} from "./hostedCosts.js";
import {otherSplits} from "./otherSplits.js";
import {runGates} from "./runGates.js";
import {runVerdict} from "./runVerdict.js";
import {scorerViews} from "./scorerViews.js";
import {shownSlices} from "./shownGroups.js";
import {firstMasked, shownEnd, shownReasons, withKeptReasons} from "./shownReasons.js";
import {splitGaps} from "./splitComparison.js";
import {unseenClasses} from "./unseenClasses.js";
import type {RunView, SplitComparison, VerdictsData} from "./types.js";

/** The deciding run or race of every eval and split with its verdict: what the first screen shows. No runs give an empty list. */
export function verdicts(store: Store): Promise<VerdictsData> {
  return withKeptReasons(store.workspace, async (mask) => {
    const runs = await runViews(store, mask);
    const shown = new Set(runs.map(({id}) => id));
    const older = (await store.runs()).filter(({id}) => !shown.has(id));
    return {
      runs: runs.map((run) => ({
        ...run,
        otherSplits: otherSplits(run, runs),
        splitComparison: comparisonOf(run, runs)
      })),
      older: older.map(({id, eval: name, split, sealedAt}) => ({id, eval: name, split: split.name, sealedAt}))
    };
  });
}

async function runViews(store: Store, mask: MaskExcerpt): Promise<RunView[]> {
  const models = new Map((await listModels(modelsDir(store.workspace))).map((model) => [model.id, model]));
  const splits = await store.splits();
  const runs: RunView[] = [];
  for (const {run, race} of await currentDecisions(store.workspace)) {
    const report = await runVerdict(store, run, {race});
    const {table, verdict, calls} = report;
    const {margin} = verdict;
    const publish = await publishingOf(store, run);
    const reasons = shownReasons(publish, firstMasked(mask));
    const change = await changeSince(store, run, table, margin);
    runs.push({
      id: run.id,
      eval: run.eval,
      title: run.title ?? run.eval,
      description: run.description,
      status: run.status,
      stopped: shownEnd(run, publish, mask),
      sealedAt: run.sealedAt,
      command: run.command,
      dataset: run.dataset,
      split: run.split,
      rows: table.rowIds.length,
      scorers: await scorerViews(store, run, reasons),
      primaryScorer: run.primaryScorer,
      slices: await sliceValues(store, run, publish),
      repeats: run.repeats,
      seed: run.seed,
      margin,
      counts: run.counts,
      costUsd: run.costUsd,
      unpricedCalls: run.unpricedCalls,
      concurrency: run.concurrency,
      imported: run.imported,
      candidates: await hostedCosts(store, run, await candidateViews(store, run, {models, calls, reasons})),
      verdict,
      named: namedCandidate(verdict, run.candidates.find(({baseline}) => baseline)?.name),
      gates: await runGates(store, {run, race}, {report, rules: (run.gate?.rules ?? []) as GateRule[]}),
      otherSplits: [],
      change,
      leakage: run.split.part === "test" ? leakageOf(splits.find(({id}) => id === run.split.id)) : {}
    });
  }
  return runs;
}

async function sliceValues(store: Store, run: RunManifest, publish: Publishing): Promise<RunView["slices"]> {
  const shown = await shownSlices(store, run, publish);
  const found = await store.rows<{slices: string | null}>(
    "select distinct slices from items where run = $run",
    {run: run.id}
  );
  const values = new Map(run.slices.map((name) => [name, new Set<string>()]));
  for (const {slices} of found)
    for (const [name, value] of Object.entries(JSON.parse(slices ?? "{}") as Record<string, unknown>))
      values.get(name)?.add(shown(name, String(value)));
  return [...values].map(([name, set]) => ({name, values: [...set].sort(byNumbers)}));
}

/** The random run of the same eval against its first run on another split, on whichever of the two `run` is. */
function comparisonOf(run: RunView, runs: readonly RunView[]): SplitComparison | undefined {
  const same = runs.filter(
    (one) =>
      one.eval === run.eval &&
      one.split.part === run.split.part &&
      one.primaryScorer === run.primaryScorer &&
      one.verdict.figure === run.verdict.figure
  );
  const isRandom = (one: RunView) => one.split.strategy === "random" || one.split.strategy === "stratified";
  const random = isRandom(run) ? run : same.find(isRandom);
  const other = isRandom(run) ? same.find((one) => !isRandom(one)) : run;
  if (!random || !other) return undefined;
  return {
    random: random.id,
    other: other.id,
    otherName: other.split.name,
    gaps: splitGaps(random.verdict, other.verdict)
  };
}

function leakageOf(split: SplitManifest | undefined): RunView["leakage"] {
  const share = (name: "exactLeakage" | "groupLeakage" | "shortTextLeakage") => {
    return split && currentMeasures(split)[name]?.share;
  };
  const unseen = split && unseenClasses(split);
  return {
    exact: share("exactLeakage"),
    group: share("groupLeakage"),
    nearTwins: share("shortTextLeakage"),
    unseen: unseen && {share: unseen.share, classes: unseen.labels.length}
  };
}

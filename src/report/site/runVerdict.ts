import {emptyRecord, memberOf} from "../../base/validation/memberOf.js";
import {
  type CandidateEnds,
  type Contamination,
  contaminationWarnings,
  corpusOf,
  type RiskFacts,
  runReport,
  type RunReport,
  type ScoreTable,
  scoreTable,
  type Selected,
  selectionWarnings,
  summariesOf,
  type Verdict
} from "../../evals/decisions/index.js";
import {listModels} from "../../weights/models/index.js";
import {type DecidingRun, decidingRuns, listRaces} from "../../evals/races/index.js";
import {modelsDir, type RunManifest, type Store} from "../../base/store/index.js";
import {answerFacts} from "./answerFacts.js";
import {runContamination, type RunContamination} from "./contamination.js";
import {noLabels} from "./noLabels.js";
import {openedBefore} from "./openedBefore.js";
import {seenBefore} from "./seenBefore.js";
import {unaskedRows} from "./unaskedRows.js";
import {unresolvedPersonalData} from "./personalData.js";
import {publishingOf} from "./publishing.js";
import {shownSlices} from "./shownGroups.js";
import {shownRace, shownEnd, withKeptReasons} from "./shownReasons.js";
import {splitGaps} from "./splitComparison.js";

export interface RunVerdict extends RunReport {
  contamination?: RunContamination;
  /** How each candidate's answers ended. */
  ends: CandidateEnds[];
}

export interface RunVerdictOptions {
  /** The race that the run is the last round of: the verdict is then the race's. */
  race?: DecidingRun["race"];
  /** In score units; the run's own when absent. */
  margin?: number;
}

/**
 * The verdict of a run in the store, with all that is known of what could make it wrong: the one way from a run to its
 * verdict, for terminal, checks, pull requests and pages.
 */
export async function runVerdict(
  store: Store,
  run: RunManifest,
  {race, margin}: RunVerdictOptions = {}
): Promise<RunVerdict> {
  let contamination: RunContamination | undefined;
  const answers = await answerFacts(store, run);
  const report = await runReport(store, run, {
    margin,
    race: race && (await shownRaceOf(store, run, race)),
    ...(await weightsOf(store, run)),
    facts: async (table) => {
      contamination = await runContamination(store, run, table);
      const facts = await factsOf(store, run, {table, contamination, race});
      return {...facts, ...answers};
    }
  });
  const {verdict} = report;
  const warnings = [
    ...verdict.warnings,
    ...(run.imported?.notes ?? []),
    ...contaminationBeside(verdict, contamination?.candidates ?? []),
    ...selectionBeside(verdict, contamination?.selected ?? [])
  ];
  return {...report, verdict: {...verdict, warnings}, contamination, ends: answers.ends};
}

function shownRaceOf<R extends NonNullable<RunVerdictOptions["race"]>>(
  store: Store,
  run: RunManifest,
  race: R
): Promise<R> {
  return withKeptReasons(store.workspace, async (mask) =>
    shownRace(race, await publishingOf(store, run), mask)
  );
}

/** Where one of the candidates that may be the best is contaminated, a risk tells of them all. */
function contaminationBeside({set, scale}: Verdict, found: readonly Contamination[]): string[] {
  const told = found.some(({candidate, share = 0}) => share > 0 && set.includes(candidate));
  return told ? [] : contaminationWarnings(found, scale);
}

/** As `contaminationBeside`, of those whose weights were chosen on rows scored. */
function selectionBeside({set}: Verdict, selected: readonly Selected[]): string[] {
  return selected.some(({candidate}) => set.includes(candidate)) ? [] : selectionWarnings(selected);
}

/** Bytes by candidate, and the candidates that share weights; a variant's name begins with its candidate's. */
async function weightsOf(store: Store, run: RunManifest) {
  const models = new Map(
    (await listModels(modelsDir(store.workspace))).map((model) => [model.id, model.files])
  );
  const bytes = emptyRecord<number>();
  const byWeights = new Map<string, string[]>();
  for (const {name, modelId} of run.candidates) {
    const files = modelId === undefined ? undefined : models.get(modelId);
    for (const {name: variant} of run.variants) {
      const shown = run.variants.length > 1 ? `${name} · ${variant}` : name;
      if (files && files.length > 0) bytes[shown] = files.reduce((sum, file) => sum + file.bytes, 0);
      if (modelId === undefined) continue;
      const key = JSON.stringify([modelId, variant]);
      byWeights.set(key, [...(byWeights.get(key) ?? []), shown]);
    }
  }
  return {bytes, sameWeights: [...byWeights.values()].filter((names) => names.length > 1)};
}

interface VerdictInputs {
  table: ScoreTable;
  contamination: RunContamination | undefined;
  race: RunVerdictOptions["race"];
}

async function factsOf(
  store: Store,
  run: RunManifest,
  {table, contamination, race}: VerdictInputs
): Promise<RiskFacts> {
  return {
    otherSplit: await otherSplit(store, run, table),
    contamination: contamination?.candidates,
    marks: contamination?.marks,
    contaminationUnknown: contamination?.unknown,
    selected: contamination?.selected,
    openedBefore: await openedBefore(store, run, race),
    seenBefore: await seenBefore(store, run),
    ...(await whatIsLeft(store, run, race)),
    personalData: await unresolvedPersonalData(store, run),
    noLabels: await noLabels(store, run),
    judge: await judgeOf(store, run),
    otherScorers: await otherScorersOf(store, run),
    prices: run.candidates.flatMap(({name, price}) => {
      const days = price ? Math.floor((Date.parse(run.sealedAt) - Date.parse(price.asOf)) / 86_400_000) : NaN;
      return Number.isNaN(days) ? [] : [{candidate: name, asOf: price!.asOf, days}];
    }),
    slices: await sliceCoverage(store, run, table)
  };
}

/** Of a partial run; a round of a race ends where the race had seen enough. */
async function whatIsLeft(
  store: Store,
  run: RunManifest,
  race: RunVerdictOptions["race"]
): Promise<Pick<RiskFacts, "partial" | "unaskedRows">> {
  if (run.status !== "partial" || race) return {};
  return {partial: await stopOf(store, run), unaskedRows: await unaskedRows(store, run)};
}

/** A pull request's comment and pages tell it, which what a scorer or a server said must not reach as it is. */
async function stopOf(store: Store, run: RunManifest): Promise<string> {
  const publish = await publishingOf(store, run);
  const end = await withKeptReasons(store.workspace, async (mask) => shownEnd(run, publish, mask));
  return end ?? "it was interrupted";
}

/** A random split may put related rows on both sides: then the newest run of the eval on another kind of split is asked. */
async function otherSplit(
  store: Store,
  run: RunManifest,
  table: ScoreTable
): Promise<RiskFacts["otherSplit"]> {
  if (!isByRow(run)) return undefined;
  const other = decidingRuns(await store.runs(), await listRaces(store.workspace)).find(
    (one) =>
      one.run.eval === run.eval &&
      one.run.split.part === run.split.part &&
      one.run.primaryScorer === run.primaryScorer &&
      isSameFigure(one.run, run) &&
      !isByRow(one.run)
  );
  if (!other) return undefined;
  // Means and intervals alone: verdicts of their own would take as long as this one.
  const here = summariesOf(table);
  const there = summariesOf(await scoreTable(store, other.run.id, other.run.primaryScorer));
  const best = here.find(({mean}) => mean !== undefined)?.candidate;
  const gap = splitGaps({summaries: here}, {summaries: there}).find(({candidate}) => candidate === best);
  if (gap?.difference === undefined) return undefined;
  return {name: other.run.split.name, difference: gap.difference, low: gap.low, high: gap.high};
}

/** The mean of rows and a corpus figure of the same scorer are two things. */
function isSameFigure(one: RunManifest, other: RunManifest): boolean {
  const figure = (run: RunManifest) => JSON.stringify(corpusOf(run, run.primaryScorer));
  return figure(one) === figure(other);
}

function isByRow({split}: RunManifest): boolean {
  return split.strategy === "random" || split.strategy === "stratified";
}

/** The primary scorer's judge; undefined when no model gives that score. */
async function judgeOf(store: Store, run: RunManifest): Promise<RiskFacts["judge"]> {
  const judge = run.scorers.find(({name}) => name === run.primaryScorer)?.judge;
  if (!judge) return undefined;
  const agree = "case when status = 'scored' then json_extract(details, '$.agree')::varchar end";
  const [counts] = await store.rows<{failed: number; scored: number; asked: number; changed: number}>(
    `select count(*) filter (status = 'failed')::int as failed, count(*) filter (status != 'failed')::int as scored,
       count(*) filter (${agree} in ('true', 'false'))::int as asked, count(*) filter (${agree} = 'false')::int as changed
     from scores where run = $run and scorer = $scorer`,
    {run: run.id, scorer: run.primaryScorer}
  );
  const judgesItself = run.candidates
    .filter(({model, stages = [], answerers = stages}) =>
      [{model}, ...answerers].some((one) => one.model === judge.model)
    )
    .map(({name}) => name);
  const {failed = 0, scored = 0, asked = 0, changed = 0} = counts ?? {};
  return {model: judge.model, failed, scored, judgesItself, order: {asked, changed}};
}

/** Of the scorers beside the primary one; people label some answers only, and other tools' scores are theirs. */
async function otherScorersOf(store: Store, run: RunManifest): Promise<RiskFacts["otherScorers"]> {
  const others = run.scorers.filter(({name, human}) => name !== run.primaryScorer && !human);
  if (others.length === 0 || run.imported) return undefined;
  const names = new Set(others.map(({name}) => name));
  const counts = await store.rows<{scorer: string; candidate: string; failed: number; scored: number}>(
    `select scorer, candidate, count(*) filter (status = 'failed')::int as failed,
       count(*) filter (status != 'failed')::int as scored
     from scores where run = $run group by all order by scorer, candidate`,
    {run: run.id}
  );
  return counts.filter(({scorer}) => names.has(scorer));
}

async function sliceCoverage(
  store: Store,
  run: RunManifest,
  table: ScoreTable
): Promise<RiskFacts["slices"]> {
  if (run.slices.length === 0) return [];
  const found = await store.rows<{row_id: string; slices: string | null}>(
    "select row_id, slices from items where run = $run",
    {run: run.id}
  );
  // Pages and a pull request's comment name the smallest.
  const shown = await shownSlices(store, run);
  const wanted = new Set(table.rowIds);
  const counts = new Map<string, {slice: string; value: string; rows: number}>();
  for (const {row_id, slices} of found) {
    if (!wanted.has(row_id)) continue;
    const own = JSON.parse(slices ?? "{}") as Record<string, unknown>;
    for (const slice of run.slices) {
      if (memberOf(own, slice) === undefined || memberOf(own, slice) === null) continue;
      const value = shown(slice, String(memberOf(own, slice)));
      const key = JSON.stringify([slice, value]);
      const known = counts.get(key) ?? {slice, value, rows: 0};
      counts.set(key, {...known, rows: known.rows + 1});
    }
  }
  return [...counts.values()];
}

import {relative, resolve} from "node:path";
import type {RunManifest} from "../../../base/store/index.js";
import {sha256File} from "../../../base/system/index.js";
import {shellWord} from "../../../base/validation/index.js";
import {modelAsked, type Scorer} from "../../scorers/index.js";
import type {CallPrices} from "../calls/callPrices.js";
import type {RunFolder} from "../journal/folder.js";
import {plainPrice} from "../plan/readyCandidates.js";
import type {RunOptions} from "../plan/resolve.js";
import type {Run} from "../run.js";
import type {SealFigures} from "./seal.js";

/** How a start ended, beside what is in the run. */
export interface StartEnd {
  figures: SealFigures;
  code: RunManifest["code"];
  /** Why it stopped early, if it did. */
  stopped?: string;
  /** Of this start; what an earlier sealed start took is added. */
  seconds: number;
  /** `-j` of this start, when it made a call, and of the runs that reused answers come from. */
  concurrency: readonly number[];
}

/** The sealed run's record. A run is complete when every row of its part was put to every candidate. */
export async function buildManifest(run: Run, end: StartEnd): Promise<RunManifest> {
  return {
    kind: "run",
    schemaVersion: 1,
    ...headOf(run),
    ...endOf(run, end),
    ...partOf(run),
    ...judgedBy(run, end.figures),
    ...(await runSettings(run)),
    ...runCounts(run, end),
    ...startsOf(run, end)
  };
}

function headOf({task: {definition, resolved}, lease}: Run) {
  const {title, description, margin} = definition;
  return {id: lease.run.id, eval: resolved.name, title, description, margin, publish: resolved.publish};
}

function endOf(run: Run, {figures, stopped: given}: StartEnd) {
  const {plan} = run.requests;
  const missing = figures.counts.planned - figures.counts.completed - figures.counts.failed;
  const stopped =
    missing > 0 || figures.owedScores > 0
      ? (endText(run, given) ?? (missing > 0 ? "calls are missing" : "scores are missing"))
      : plan.rows < plan.available
        ? `limit: the first ${plan.rows} of ${plan.available} rows`
        : undefined;
  const status: RunManifest["status"] = stopped === undefined ? "complete" : "partial";
  return {status, stopped, planHash: plan.hash};
}

/** What a server or a scorer said follows a colon, and may be a held-out row's words. */
function endText({task: {resolved}, budget}: Run, stopped: string | undefined): string | undefined {
  if (resolved.part !== "held-out" || stopped === budget.spending?.stopped) return stopped;
  const what = stopped?.split(": ", 1)[0];
  return what === stopped ? stopped : `${what}: its reasons are held out`;
}

function partOf({task: {resolved, inputs}}: Run) {
  const {version, split} = inputs;
  const {id, name, strategy, seed} = split;
  return {
    dataset: {name: version.dataset, version: version.id, rows: version.rows},
    split: {id, name, strategy, part: resolved.part, seed}
  };
}

/** Candidates with their prices, prompts and scorers. */
function judgedBy({task: {resolved}, requests: {plan}, lease, budget}: Run, {graded}: SealFigures) {
  return {
    candidates: budget.priced.map(({record, prepared}) => ({
      ...record,
      measured: prepared.endpoint.measured?.() ?? measuredBefore(lease.run, record.name)
    })),
    variants: plan.variants.map(({name, sha256, template}) => ({name, sha256, template})),
    fewShot: plan.fewShot.length > 0 ? plan.fewShot : undefined,
    scorers: resolved.scorers.map(({name, version: scorer, scorer: of}) => ({
      name,
      version: scorer,
      binary: of.binary !== false && !graded.includes(name),
      bounds: of.bounds,
      corpus: of.corpus,
      judge: of.judge,
      asks: askedBy(of, budget.prices),
      human: of.human ? true : undefined
    })),
    primaryScorer: resolved.primary
  };
}

async function runSettings({task: {resolved, inputs}}: Run) {
  const {evalFile, store, options = {}} = inputs;
  return {
    slices: resolved.sliceNames,
    repeats: resolved.repeats,
    limit: options.limit,
    raceRound: options.raceRound,
    seed: resolved.seed,
    evalFile: evalFile === undefined ? undefined : await fileOf(store.workspace.project, evalFile)
  };
}

function runCounts({lease, calls}: Run, {figures, concurrency}: StartEnd) {
  const {counts, costUsd, supersededUsd, unpricedCalls, owedScores} = figures;
  const {scorerCalls, preflightCalls} = calls.ofAllStarts();
  return {
    counts,
    costUsd,
    supersededUsd,
    unpricedCalls,
    owedScores: owedScores > 0 ? owedScores : undefined,
    scorerCalls,
    preflightCalls,
    concurrency: Math.max(0, ...concurrency, lease.run.sealed?.concurrency ?? 0) || undefined
  };
}

function startsOf({task, lease: {run}}: Run, {code, seconds}: StartEnd) {
  const {definition, resolved, inputs, effects} = task;
  const {gate} = definition;
  return {
    startedAt: run.startedAt,
    askedAt: run.askedAt,
    sealedAt: new Date(effects.now()).toISOString(),
    seconds: (run.sealed?.seconds ?? 0) + seconds,
    code,
    command: runCommand(resolved.name, inputs.options ?? {}),
    gate: gate ? {rules: gate} : undefined
  };
}

/** The model that a scorer asks, and its price. */
function askedBy(scorer: Scorer, prices: CallPrices): RunManifest["scorers"][number]["asks"] {
  const model = modelAsked(scorer);
  if (!scorer.asks || model === undefined) return undefined;
  const price = prices.of(scorer.asks, model)?.price;
  return {model, endpoint: scorer.asks.name, price: price && plainPrice(price)};
}

/** What an earlier start measured: one that only reads what is in the store loads no model. */
function measuredBefore({sealed}: RunFolder, name: string) {
  return sealed?.candidates.find((candidate) => candidate.name === name)?.measured;
}

async function fileOf(project: string, evalFile: string): Promise<{path: string; sha256: string}> {
  const path = resolve(project, evalFile);
  return {path: relative(project, path), sha256: await sha256File(path)};
}

/** The command that makes a run of an eval, with the options that choose which rows are asked of whom. */
export function runCommand(
  name: string,
  {limit, candidates = [], repeats, race, final, why}: RunOptions & {race?: boolean}
): string {
  const words = ["assay", "run", name];
  if (limit !== undefined) words.push("--limit", String(limit));
  for (const one of candidates) words.push("--candidate", shellWord(one));
  if (repeats !== undefined) words.push("--repeat", String(repeats));
  if (race !== undefined) words.push(race ? "--race" : "--no-race");
  if (final) words.push("--final", "--why", shellWord(why ?? ""));
  return words.join(" ");
}

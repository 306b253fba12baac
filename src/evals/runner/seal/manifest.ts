import {relative, resolve} from "node:path";
import {sha256File} from "../../../base/system/index.js";
import type {RunManifest, SplitManifest, VersionManifest} from "../../../base/store/index.js";
import type {CallPrices} from "../calls/callPrices.js";
import type {EvalDefinition} from "../define.js";
import type {RunPlan} from "../plan/plan.js";
import {plainPrice, type ReadyCandidate} from "../plan/readyCandidates.js";
import {modelAsked, type Scorer} from "../../scorers/index.js";
import type {ResolvedEval, RunOptions} from "../plan/resolve.js";
import type {RunFolder} from "../journal/folder.js";
import {runCommand} from "../runCommand.js";
import type {SealFigures} from "./seal.js";

interface RunManifestInputs {
  definition: EvalDefinition;
  resolved: ResolvedEval;
  plan: RunPlan;
  /** Their records have the prices that the run is billed at. */
  ready: readonly ReadyCandidate[];
  prices: CallPrices;
  run: RunFolder;
  figures: SealFigures;
  version: VersionManifest;
  split: SplitManifest;
  options: RunOptions;
  project: string;
  code: RunManifest["code"];
  evalFile?: string;
  stopped?: string;
  /** Of all starts. */
  scorerCalls: RunManifest["scorerCalls"];
  preflightCalls: RunManifest["preflightCalls"];
  /** `-j` of this start, when it made a call, and of the runs that reused answers come from. */
  concurrency: readonly number[];
  /** Of this start; what an earlier sealed start took is added. */
  seconds: number;
  sealedAt: number;
}

/** The sealed run's record. A run is complete when every row of its part was put to every candidate. */
export async function buildManifest(inputs: RunManifestInputs): Promise<RunManifest> {
  const {resolved, plan, version, split, figures, options, project} = inputs;
  const missing = figures.counts.planned - figures.counts.completed - figures.counts.failed;
  const stopped =
    missing > 0 || figures.owedScores > 0
      ? (inputs.stopped ?? (missing > 0 ? "calls are missing" : "scores are missing"))
      : plan.rows < plan.available
        ? `limit: the first ${plan.rows} of ${plan.available} rows`
        : undefined;
  const {gate, title, description, margin} = inputs.definition;
  return {
    kind: "run",
    schemaVersion: 1,
    id: inputs.run.id,
    eval: resolved.name,
    title,
    description,
    margin,
    publish: resolved.publish,
    status: stopped === undefined ? "complete" : "partial",
    stopped,
    planHash: plan.hash,
    dataset: {name: version.dataset, version: version.id, rows: version.rows},
    split: {
      id: split.id,
      name: split.name,
      strategy: split.strategy,
      part: resolved.part,
      seed: split.seed
    },
    candidates: inputs.ready.map(({record, prepared}) => ({
      ...record,
      measured: prepared.endpoint.measured?.() ?? measuredBefore(inputs.run, record.name)
    })),
    variants: plan.variants.map(({name, sha256, template}) => ({name, sha256, template})),
    fewShot: plan.fewShot.length > 0 ? plan.fewShot : undefined,
    scorers: resolved.scorers.map(({name, version: scorer, scorer: of}) => ({
      name,
      version: scorer,
      binary: of.binary !== false && !figures.graded.includes(name),
      bounds: of.bounds,
      corpus: of.corpus,
      judge: of.judge,
      asks: askedBy(of, inputs.prices),
      human: of.human ? true : undefined
    })),
    primaryScorer: resolved.primary,
    slices: resolved.sliceNames,
    repeats: resolved.repeats,
    limit: options.limit,
    raceRound: options.raceRound,
    seed: resolved.seed,
    evalFile: inputs.evalFile === undefined ? undefined : await fileOf(project, inputs.evalFile),
    counts: figures.counts,
    costUsd: figures.costUsd,
    supersededUsd: figures.supersededUsd,
    unpricedCalls: figures.unpricedCalls,
    owedScores: figures.owedScores > 0 ? figures.owedScores : undefined,
    scorerCalls: inputs.scorerCalls,
    preflightCalls: inputs.preflightCalls,
    concurrency: Math.max(0, ...inputs.concurrency, inputs.run.sealed?.concurrency ?? 0) || undefined,
    startedAt: inputs.run.startedAt,
    askedAt: inputs.run.askedAt,
    sealedAt: new Date(inputs.sealedAt).toISOString(),
    seconds: (inputs.run.sealed?.seconds ?? 0) + inputs.seconds,
    code: inputs.code,
    command: runCommand(resolved.name, options),
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

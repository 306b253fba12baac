import {
  completionsCost,
  daysOld,
  hostingName,
  type CostSample,
  isOldPrice,
  type RequestTokens
} from "../costs/index.js";
import {
  bestOf,
  DEFAULT_MARGIN,
  figureOf,
  type RaceRecord,
  scaleOf,
  type ScoreTable,
  scoreTable,
  valuesOf
} from "../decisions/index.js";
import {mean, meanInterval, widenedMeans} from "../stats/index.js";
import {
  type AppliedPrice,
  appliedPrice,
  billedModels,
  costColumn,
  isStaged,
  type PriceChoice,
  type PricedModel,
  pricedStages,
  type RunCandidate,
  type RunManifest,
  type Store,
  undecidedPrices
} from "../store/index.js";
import {hostedModels} from "./hostedModels.js";
import {measuredThroughputs, withThroughput} from "./measuredThroughputs.js";
import {billersOf, pricedHostings, withBatchShare} from "./pricedHostings.js";
import {failuresTurn, nonInferiorP} from "./noWorse.js";
import type {CostsData, PriceNote, SideCost} from "./costTypes.js";
import {comparedScores} from "./comparedScores.js";
import {fillTokens} from "./fillTokens.js";
import {estimateText, type TokenColumns, tokenColumns} from "./tokenColumns.js";

const RESAMPLES = 200;

/**
 * What a run in the store tells of its candidates' quality, tokens and hostings: calls nobody. Two candidates that share rows share the
 * resamples, widened for few rows and drawn with the run's seed; of a corpus figure they are those of its jackknife values, the figure to first order. The best is the verdict's: with `race`, of which `run` is the last round, the race's.
 */
export async function runCosts(
  store: Store,
  run: RunManifest,
  choice: PriceChoice,
  race?: RaceRecord
): Promise<CostsData> {
  const {at} = choice;
  const table = await scoreTable(store, run.id, run.primaryScorer);
  const margin = run.margin ?? DEFAULT_MARGIN;
  const above = tiersOf(run, choice);
  const columns = await tokenColumns(store, run, table, {usd: costColumn(run, choice), above});
  const toldRows = fillTokens(columns, above);
  const compared = comparedScores(table);
  const best = table.candidates.indexOf(race?.outcome?.best ?? bestOf(table) ?? "");
  const names = run.candidates.flatMap((candidate) =>
    run.variants.map(({name}) => ({
      candidate,
      name: run.variants.length > 1 ? `${candidate.name} · ${name}` : candidate.name
    }))
  );
  const means = widenedMeans([...compared.values, ...columns.flatMap(({numbers}) => numbers)], {
    seed: `${run.seed} costs`,
    resamples: RESAMPLES,
    clusters: table.clusters
  });
  const measured = await measuredThroughputs(store.workspace, run);
  const notes: PriceNote[] = [];
  const samples = names.map(({candidate, name}, i): CostSample => {
    const {numbers, rows, counted, failed} = columns[i]!;
    const billed = isBilled(candidate, columns[i]!, choice);
    const hostings = pricedHostings(candidate, choice, billed);
    const [promptTokens, cachedTokens, completionTokens, usd, ...ofLong] = numbers.map((values) =>
      mean(values)
    );
    const tokens: RequestTokens = {
      promptTokens,
      cachedTokens,
      completionTokens,
      billedUsd: billed ? usd : undefined,
      billedBy: billed ? billersOf(hostings) : undefined,
      long:
        above.length === 0
          ? undefined
          : above.map((abovePromptTokens, t) => ({
              abovePromptTokens,
              promptTokens: ofLong[3 * t] ?? 0,
              cachedTokens: ofLong[3 * t + 1] ?? 0,
              completionTokens: ofLong[3 * t + 2] ?? 0
            }))
    };
    const models: readonly PricedModel[] = billed ? (pricedStages(candidate) ?? []) : [candidate];
    for (const [s, one] of models.entries()) {
      const applied = appliedPrice(one, choice);
      const of = billed ? `${name} › ${candidate.stages![s]!.name}` : name;
      if (applied) notes.push(noteOf(of, one.model, applied, at));
    }
    for (const {hosting, other} of hostings)
      if (other) notes.push(noteOf(`${name} on ${hostingName(hosting)}`, candidate.model, other, at));
    const at0 = compared.values.length + (4 + 3 * above.length) * i;
    const prompts = amounts(means[at0]!);
    const cached = amounts(means[at0 + 1]!, prompts);
    const completions = amounts(means[at0 + 2]!);
    return {
      name,
      quality: qualityOf(table, i),
      compared: compared.means && {mean: compared.means[i]},
      best: i === best,
      nonInferiorP: best < 0 || i === best ? undefined : nonInferiorP(table, [i, best], margin),
      failuresTurn: best >= 0 && i !== best && failuresTurn(table, [i, best], margin) ? true : undefined,
      tokens,
      rows,
      countedRows: counted,
      failedRows: failed > 0 ? failed : undefined,
      toldRows: toldRows[i] ? toldRows[i] : undefined,
      estimatedBy: candidate.tokensCountedBy ?? estimateText(columns[i]!),
      resamples: {
        quality: digits(means[i]!),
        promptTokens: prompts,
        cachedTokens: cached,
        completionTokens: completions,
        billedUsd: billed ? amounts(means[at0 + 3]!) : undefined,
        long:
          above.length === 0
            ? undefined
            : above.map((abovePromptTokens, t) => ({
                abovePromptTokens,
                promptTokens: amounts(means[at0 + 4 + 3 * t]!, prompts),
                cachedTokens: amounts(means[at0 + 5 + 3 * t]!, cached),
                completionTokens: amounts(means[at0 + 6 + 3 * t]!, completions)
              }))
      },
      hostings: hostings.map((one) =>
        withThroughput(withBatchShare(one, tokens), candidate, measured.get(candidate.name))
      ),
      models: hostedModels(candidate),
      wayThere: candidate.wayThere
    };
  });
  return {
    run: run.id,
    eval: run.eval,
    title: run.title ?? run.eval,
    split: run.split.name,
    sealedAt: run.sealedAt,
    at,
    scorer: run.primaryScorer,
    figure: figureOf(table),
    binary: table.binary,
    margin,
    scale: scaleOf(table.values),
    rows: table.rowIds.length,
    samples,
    prices: notes,
    undecided: undecidedPrices(billedModels(run.candidates), choice),
    beside: besideCosts(run, choice, notes)
  };
}

/** What the models cost that scorers and preflights asked, from their tokens; notes their prices. */
function besideCosts(run: RunManifest, choice: PriceChoice, notes: PriceNote[]): SideCost[] {
  const asked = [
    ["scorers", run.scorerCalls],
    ["preflight", run.preflightCalls]
  ] as const;
  return asked.flatMap(([by, calls]) =>
    (calls?.models ?? []).map(
      ({answers, counted, promptTokens, cachedTokens, completionTokens, ...asked}): SideCost => {
        const {endpoint, model} = asked;
        const applied = appliedPrice(asked, choice);
        if (applied && by === "scorers")
          notes.push(noteOf(`${model}, asked by scorers`, model, applied, choice.at));
        const tokens = {promptTokens, cachedTokens, completionTokens};
        const usd = counted > 0 ? completionsCost(counted, tokens, applied?.price) : undefined;
        return {by, endpoint, model, answers, counted, usd};
      }
    )
  );
}

/** Prompt tokens above which a price of some candidate has a tier. */
function tiersOf({candidates}: RunManifest, choice: PriceChoice): number[] {
  const prices = candidates.flatMap((candidate) => [
    appliedPrice(candidate, choice)?.price,
    ...pricedHostings(candidate, choice, false).map(({hosting}) =>
      hosting.kind === "api" ? hosting.price : undefined
    )
  ]);
  const above = prices.flatMap((price) =>
    (price?.tiers ?? []).map(({abovePromptTokens}) => abovePromptTokens)
  );
  return [...new Set(above)];
}

function noteOf(candidate: string, model: string, {price, row}: AppliedPrice, at: string): PriceNote {
  const {inputUsdPerMillion, outputUsdPerMillion, cachedInputUsdPerMillion, tiers, asOf, source} = price;
  return {
    candidate,
    model,
    inputUsdPerMillion,
    outputUsdPerMillion,
    cachedInputUsdPerMillion,
    tiers,
    asOf,
    source,
    daysOld: daysOld(asOf, at),
    old: isOldPrice(asOf, at),
    shutdownDate: row?.shutdownDate
  };
}

/**
 * Whether what the calls cost is taken as it was told: the tokens of a cascade, or of a reranked candidate, are of several models, and of a candidate without a price
 * the other tool, or the server, may have said what each answer cost.
 */
function isBilled(candidate: RunCandidate, {rows, told}: TokenColumns, choice: PriceChoice): boolean {
  if (isStaged(candidate)) return true;
  if (candidate.price || rows === 0 || told < rows) return false;
  return !choice.repriced || appliedPrice(candidate, choice) === undefined;
}

function qualityOf(table: ScoreTable, i: number): CostSample["quality"] {
  const values = valuesOf(table, table.candidates[i]!);
  const estimate = meanInterval(values, {clusters: table.clusters, bounds: table.bounds});
  if (estimate) return {mean: estimate.estimate, low: estimate.low, high: estimate.high};
  const only = mean(values);
  return only === undefined ? undefined : {mean: only};
}

/** Widened resamples of what is never below 0, and never more than what it is a part of. */
function amounts(values: Float64Array, whole?: readonly (number | null)[]): (number | null)[] {
  return digits(values.map((value, i) => Math.max(0, Math.min(value, whole?.[i] ?? Infinity))));
}

/** Five digits: these are sent to pages. */
function digits(values: Float64Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : Number(value.toPrecision(5))));
}

import {
  type CostHosting,
  costLine,
  hostingName,
  type CostSample,
  isUnknown,
  type RequestTokens,
  wayCost
} from "../../base/costs/index.js";
import {
  bestOf,
  DEFAULT_MARGIN,
  corpusFigureName,
  type RaceRecord,
  scaleOf,
  type ScoreTable,
  scoreTable,
  decidingValues
} from "../../evals/decisions/index.js";
import {mean, meanInterval, widenedMeans} from "../../base/stats/index.js";
import {
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
  keptPrices,
  undecidedPrices
} from "../../base/store/index.js";
import {hostedModels} from "./cascadeStages.js";
import {measuredThroughputs, withThroughput} from "./measuredThroughputs.js";
import {billersOf, pricedHostings, withBatchShare} from "./pricedHostings.js";
import {failuresTurn, nonInferiorP} from "./noWorse.js";
import type {CostsData, PriceNote} from "./costTypes.js";
import {type ComparedScores, comparedScores} from "./comparedScores.js";
import {fillTokens} from "./fillTokens.js";
import {priceNote} from "./priceNote.js";
import {sideCosts} from "./sideCosts.js";
import {estimateText, type RowTokens, tokenColumns} from "./tokenColumns.js";

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
  const filled = fillTokens(columns, above);
  const best = table.candidates.indexOf(race?.outcome?.best ?? bestOf(table) ?? "");
  const names = run.candidates.flatMap((candidate) =>
    run.variants.map(({name}) => ({
      candidate,
      name: run.variants.length > 1 ? `${candidate.name} · ${name}` : candidate.name
    }))
  );
  const measured = await measuredThroughputs(store.workspace, run);
  const parts = names.map(({candidate}, i) => {
    const billed = isBilled(candidate, columns[i]!, choice);
    const priced = pricedHostings(candidate, choice, billed);
    const tokens = meanTokens(columns[i]!, above, billed ? billersOf(priced) : undefined);
    const hostings = priced.map((one) =>
      withThroughput(withBatchShare(one, tokens), candidate, measured.get(candidate.name))
    );
    return {billed, priced, tokens, hostings, isKnown: isKnown(candidate, hostings, tokens)};
  });
  const compared = comparedScores(
    table,
    parts.map((part) => part.isKnown)
  );
  const means = widenedMeans([...compared.values, ...columns.flatMap(({numbers}) => numbers)], {
    seed: `${run.seed} costs`,
    resamples: RESAMPLES,
    clusters: table.clusters
  });
  const notes: PriceNote[] = [];
  const samples = names.map(({candidate, name}, i): CostSample => {
    const {rows, counted, failed} = columns[i]!;
    const {billed, priced, tokens, hostings} = parts[i]!;
    const toldRows = filled[i]![billed ? "usd" : "tokens"];
    const absent = absentRows(columns, i);
    const models: readonly PricedModel[] = billed ? (pricedStages(candidate) ?? []) : [candidate];
    for (const [s, one] of models.entries()) {
      const applied = appliedPrice(one, choice);
      const of = billed ? `${name} › ${candidate.stages![s]!.name}` : name;
      if (applied) notes.push(priceNote(of, one, applied, choice));
    }
    for (const {hosting, other} of priced)
      if (other) notes.push(priceNote(`${name} on ${hostingName(hosting)}`, candidate, other, choice));
    const at0 = compared.values.length + (4 + 3 * above.length) * i;
    const prompts = amounts(means[at0]!);
    const cached = amounts(means[at0 + 1]!, prompts);
    const completions = amounts(means[at0 + 2]!);
    return {
      name,
      quality: qualityOf(table, decidingValues(table, table.candidates[i]!)),
      compared: compared.rows === undefined ? undefined : comparedOf(table, compared, i, parts[i]!.isKnown),
      best: i === best,
      nonInferiorP: best < 0 || i === best ? undefined : nonInferiorP(table, [i, best], margin),
      failuresTurn: best >= 0 && i !== best && failuresTurn(table, [i, best], margin) ? true : undefined,
      tokens,
      rows,
      countedRows: counted,
      failedRows: failed > 0 ? failed : undefined,
      absentRows: absent > 0 ? absent : undefined,
      toldRows: toldRows > 0 ? toldRows : undefined,
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
      hostings,
      models: hostedModels(candidate),
      wayThere: candidate.wayThere
    };
  });
  const side = sideCosts(run, choice);
  return {
    run: run.id,
    eval: run.eval,
    title: run.title ?? run.eval,
    split: run.split.name,
    sealedAt: run.sealedAt,
    at,
    scorer: run.primaryScorer,
    figure: corpusFigureName(table),
    binary: table.binary,
    margin,
    scale: scaleOf(table.values),
    rows: table.rowIds.length,
    comparedRows: compared.rows,
    samples,
    prices: [...notes, ...side.notes],
    undecided: [
      ...undecidedPrices(billedModels(run.candidates), choice),
      ...keptPrices(billedModels(run.candidates), choice)
    ],
    beside: side.beside,
    besideFailed: side.besideFailed
  };
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

/**
 * Whether what the calls cost is taken as it was told: the tokens of a cascade, or of a reranked candidate, are of several models, and of a candidate without a price
 * the other tool, or the server, may have said what each answer cost.
 */
function isBilled(candidate: RunCandidate, {rows, told}: RowTokens, choice: PriceChoice): boolean {
  if (isStaged(candidate)) return true;
  if (candidate.price || rows === 0 || told < rows) return false;
  return !choice.repriced || appliedPrice(candidate, choice) === undefined;
}

/** Means of a request over the rows that any candidate answered. */
function meanTokens(
  {numbers}: RowTokens,
  above: readonly number[],
  billedBy: readonly string[] | undefined
): RequestTokens {
  const [promptTokens, cachedTokens, completionTokens, usd, ...ofLong] = numbers.map((values) =>
    mean(values)
  );
  return {
    promptTokens,
    cachedTokens,
    completionTokens,
    billedUsd: billedBy && usd,
    billedBy,
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
}

/** Whether its cost is known on any of its hostings. */
function isKnown({wayThere}: RunCandidate, hostings: readonly CostHosting[], tokens: RequestTokens): boolean {
  const way = wayCost(wayThere ?? {kind: "nothing"});
  return way !== undefined && hostings.some((hosting) => !isUnknown(costLine(hosting, tokens)));
}

/** Rows that others were asked and this one was not. */
function absentRows(columns: readonly RowTokens[], own: number): number {
  return columns[own]!.ended.filter((one, row) => !one && columns.some(({ended}) => ended[row])).length;
}

function comparedOf(
  table: ScoreTable,
  {values}: ComparedScores,
  i: number,
  isKnown: boolean
): NonNullable<CostSample["compared"]> {
  return (isKnown ? qualityOf(table, values[i]!) : undefined) ?? {};
}

function qualityOf(table: ScoreTable, values: readonly (number | undefined)[]): CostSample["quality"] {
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

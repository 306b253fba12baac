import {
  batchShareOf,
  daysOld,
  type CostSample,
  type HostingModel,
  isOldPrice,
  priceAt,
  type PriceRow,
  type RequestTokens,
  type TokenPrice,
  tokenPrice
} from "../costs/index.js";
import {DEFAULT_ALPHA, DEFAULT_MARGIN, type ScoreTable, scoreTable} from "../decisions/index.js";
import {
  mean,
  meanInterval,
  nonInferiority,
  pairedDifference,
  resampledMeans,
  type Scores
} from "../stats/index.js";
import type {RunCandidate, RunManifest, Store} from "../store/index.js";
import {measuredThroughputs, withThroughput} from "./measuredThroughputs.js";
import type {CostsData, PriceNote} from "./costTypes.js";

const RESAMPLES = 100;

export interface RunCostsOptions {
  /** Dated prices; those of the run's own record go first unless `repriced`. */
  prices?: readonly PriceRow[];
  /** Prices of `prices` go before those in the run's record. */
  repriced?: boolean;
  /** The day to price for, as YYYY-MM-DD. */
  at: string;
}

/**
 * What a run in the store tells of its candidates' quality, tokens and hostings: calls nobody. Two candidates that share rows share the
 * resamples, drawn with the run's seed.
 */
export async function runCosts(
  store: Store,
  run: RunManifest,
  {prices = [], repriced = false, at}: RunCostsOptions
): Promise<CostsData> {
  const table = await scoreTable(store, run.id, run.primaryScorer);
  const margin = run.margin ?? DEFAULT_MARGIN;
  const columns = await tokenColumns(store, run, table);
  const best = bestOf(table);
  const names = run.candidates.flatMap((candidate) =>
    run.variants.map(({name}) => ({
      candidate,
      name: run.variants.length > 1 ? `${candidate.name} · ${name}` : candidate.name
    }))
  );
  const means = resampledMeans([...table.values, ...columns.flatMap(({numbers}) => numbers)], {
    seed: `${run.seed} costs`,
    resamples: RESAMPLES,
    clusters: table.clusters
  });
  const measured = await measuredThroughputs(store.workspace, run);
  const notes: PriceNote[] = [];
  const samples = names.map(({candidate, name}, i): CostSample => {
    const {numbers, rows, counted} = columns[i]!;
    const billed = isBilled(candidate);
    const [promptTokens, cachedTokens, completionTokens, usd] = numbers.map((values) => mean(values));
    const tokens = {promptTokens, cachedTokens, completionTokens, billedUsd: billed ? usd : undefined};
    const price = billed ? undefined : priceOf(candidate, {prices, repriced, at});
    if (price) notes.push(noteOf(name, candidate.model, price.price, at));
    const at0 = table.values.length + 4 * i;
    return {
      name,
      quality: qualityOf(table, i),
      best: i === best,
      nonInferiorP: best === undefined || i === best ? undefined : nonInferiorP(table, i, best, margin),
      tokens,
      rows,
      countedRows: counted,
      estimatedBy: candidate.tokensCountedBy ?? estimateText(columns[i]!),
      resamples: {
        quality: digits(means[i]!),
        promptTokens: digits(means[at0]!),
        cachedTokens: digits(means[at0 + 1]!),
        completionTokens: digits(means[at0 + 2]!),
        billedUsd: billed ? digits(means[at0 + 3]!) : undefined
      },
      hostings: hostingsOf(candidate, price, tokens, repriced).map((hosting) =>
        withThroughput(hosting, candidate, measured.get(candidate.name))
      ),
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
    binary: table.binary,
    margin,
    rows: table.rowIds.length,
    samples,
    prices: notes
  };
}

const HOSTING_KINDS: readonly HostingModel["kind"][] = ["api", "edge", "on-prem", "cloud"];
const isHostingKind = (hosting: string): hosting is HostingModel["kind"] =>
  (HOSTING_KINDS as readonly string[]).includes(hosting);

interface Priced {
  price: TokenPrice;
  row?: PriceRow;
}

function priceOf(
  candidate: RunCandidate,
  {prices, repriced, at}: {prices: readonly PriceRow[]; repriced: boolean; at: string}
): Priced | undefined {
  const row = priceAt(prices, candidate.model, at);
  const listed = row && tokenPrice(row);
  const stated = candidate.price && {price: candidate.price};
  const found = listed && {price: listed, row};
  return repriced ? (found ?? stated) : (stated ?? found);
}

/** As stated, with the price where one is asked for; a candidate of which only the word is known lacks every assumption. */
function hostingsOf(
  candidate: RunCandidate,
  priced: Priced | undefined,
  tokens: RequestTokens,
  repriced: boolean
): HostingModel[] {
  const stated = candidate.hostings ?? [];
  if (stated.length === 0) {
    if (isBilled(candidate)) return [{kind: "api", provider: candidate.endpoint}];
    if (priced || candidate.hosting === "api")
      return [{kind: "api", provider: candidate.endpoint, price: priced?.price}];
    // Where another tool's candidate runs is not known.
    return isHostingKind(candidate.hosting) ? [{kind: candidate.hosting}] : [];
  }
  return stated.map((hosting) => {
    if (hosting.kind !== "api") return hosting;
    const price = repriced ? (priced?.price ?? hosting.price) : (hosting.price ?? priced?.price);
    const {promptTokens, completionTokens} = tokens;
    const batch =
      priced?.row && promptTokens !== undefined && completionTokens !== undefined
        ? batchShareOf(priced.row, {promptTokens, completionTokens})
        : undefined;
    return {
      ...hosting,
      provider: hosting.provider ?? candidate.endpoint,
      price,
      batchPriceShare: hosting.batchPriceShare ?? batch
    };
  });
}

function noteOf(candidate: string, model: string, price: TokenPrice, at: string): PriceNote {
  const {inputUsdPerMillion, outputUsdPerMillion, cachedInputUsdPerMillion, asOf, source} = price;
  return {
    candidate,
    model,
    inputUsdPerMillion,
    outputUsdPerMillion,
    cachedInputUsdPerMillion,
    asOf,
    source,
    daysOld: daysOld(asOf, at),
    old: isOldPrice(asOf, at)
  };
}

/** What a cascade costs does not follow from its tokens: they are of several models. */
function isBilled({identity}: RunCandidate): boolean {
  return identity.cascade !== undefined;
}

interface TokenColumns {
  /** Prompt, cached and completion tokens of a request and its US dollars by row, means over repeats. */
  numbers: [Scores, Scores, Scores, Scores];
  rows: number;
  counted: number;
  /** Rows whose tokens the server did not tell, and how those were counted. */
  estimated: number;
  estimatedBy?: string;
}

function estimateText({counted, estimated, estimatedBy}: TokenColumns): string | undefined {
  if (estimatedBy === undefined) return undefined;
  return estimated < counted ? `${estimatedBy}, for ${estimated} of ${counted} rows` : estimatedBy;
}

async function tokenColumns(store: Store, run: RunManifest, table: ScoreTable): Promise<TokenColumns[]> {
  const place = new Map(table.rowIds.map((id, i) => [id, i]));
  const columns = new Map<string, TokenColumns & {numbers: (number | undefined)[][]}>();
  for (const candidate of table.candidates)
    columns.set(candidate, {
      numbers: [0, 1, 2, 3].map(() =>
        new Array<number | undefined>(table.rowIds.length).fill(undefined)
      ) as never,
      rows: 0,
      counted: 0,
      estimated: 0
    });
  const query = `select row_id, candidate, variant, avg(prompt_tokens)::double as prompt,
      avg(cached_tokens)::double as cached, avg(completion_tokens)::double as completion, avg(cost_usd)::double as usd, max(tokens_estimated_by) as "by"
    from completions where run = $run and status = 'completed' group by all`;
  for await (const batch of store.batches<TokenRow>(query, {run: run.id}))
    for (const {row_id, candidate, variant, prompt, cached, completion, usd, by} of batch) {
      const column = columns.get(run.variants.length > 1 ? `${candidate} · ${variant}` : candidate);
      const i = place.get(row_id);
      if (!column || i === undefined) continue;
      column.rows++;
      if (prompt !== null && completion !== null) column.counted++;
      if (by !== null) {
        column.estimated++;
        column.estimatedBy = by;
      }
      [prompt, cached, completion, usd].forEach((value, n) => (column.numbers[n]![i] = value ?? undefined));
    }
  return table.candidates.map((candidate) => columns.get(candidate)!);
}

interface TokenRow {
  row_id: string;
  candidate: string;
  variant: string;
  prompt: number | null;
  cached: number | null;
  completion: number | null;
  usd: number | null;
  by: string | null;
}

function bestOf({values}: ScoreTable): number | undefined {
  let best: number | undefined;
  const means = values.map((column) => mean(column));
  means.forEach((value, i) => {
    if (value !== undefined && (best === undefined || value > means[best]!)) best = i;
  });
  return best;
}

function qualityOf(table: ScoreTable, i: number): CostSample["quality"] {
  const estimate = meanInterval(table.values[i]!, {clusters: table.clusters});
  if (estimate) return {mean: estimate.estimate, low: estimate.low, high: estimate.high};
  const only = mean(table.values[i]!);
  return only === undefined ? undefined : {mean: only};
}

function nonInferiorP(table: ScoreTable, i: number, best: number, margin: number): number | undefined {
  const difference = pairedDifference(table.values[i]!, table.values[best]!, {
    level: 1 - 2 * DEFAULT_ALPHA,
    clusters: table.clusters
  });
  return difference && margin > 0 ? nonInferiority(difference, margin, {alpha: DEFAULT_ALPHA}).p : undefined;
}

/** Five digits: these are sent to pages. */
function digits(values: Float64Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : Number(value.toPrecision(5))));
}

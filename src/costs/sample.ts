import type {LongRequests} from "./meanCost.js";
import type {HostedModel, HostingModel, RequestTokens, WayThere} from "./hosting/index.js";

/** What a run tells of a candidate's quality and tokens, and where it runs or could run. */
export interface CostSample {
  name: string;
  /** Mean score with its interval; absent when nothing was scored. */
  quality?: {mean: number; low?: number; high?: number};
  /** On the rows that all candidates compared have, where some lack rows; `mean` is absent of a candidate that lacks most. */
  compared?: {mean?: number};
  /** True for the candidate with the best mean. */
  best: boolean;
  /** One-sided p value of "no worse than the best by more than the margin"; absent for the best and where it cannot be tested. */
  nonInferiorP?: number;
  /** True where it would be more than the margin worse than the best, had every failed row been wrong: it is not chosen. */
  failuresTurn?: boolean;
  /** Means of a request over the rows that any candidate answered: those of a row that this one did not are told from the others'. */
  tokens: RequestTokens;
  /** Rows answered, and those of them with a count of tokens. */
  rows: number;
  countedRows: number;
  /** Rows that were asked and not answered. */
  failedRows?: number;
  /** Rows whose tokens are told from other candidates' answers. */
  toldRows?: number;
  /** How tokens were counted where it was not the server that said so, such as "words". */
  estimatedBy?: string;
  /** Means in bootstrap resamples of the rows, widened for few rows, which all candidates share; null where a resample has none, or the rows are too few. */
  resamples: {
    quality: (number | null)[];
    promptTokens: (number | null)[];
    cachedTokens: (number | null)[];
    completionTokens: (number | null)[];
    /** Only of a candidate that is paid as it was billed. */
    billedUsd?: (number | null)[];
    /** Only where a price has tiers. */
    long?: ResampledLong[];
  };
  /** Where it runs now first; empty when nobody stated a price or assumptions. */
  hostings: HostingModel[];
  /** Of a candidate of several models: where each of them runs now; none where that was not noted. */
  models?: HostedModel[];
  wayThere?: WayThere;
}

/** `LongRequests` in each resample. */
export interface ResampledLong {
  abovePromptTokens: number;
  promptTokens: (number | null)[];
  cachedTokens: (number | null)[];
  completionTokens: (number | null)[];
}

/** A sentence on the rows of a candidate without an answer; undefined where there are none. */
export function failedRowsText({name, rows, failedRows = 0, toldRows = 0}: CostSample): string | undefined {
  if (failedRows === 0) return undefined;
  const told =
    toldRows === 0
      ? "nobody's answers tell what they cost, and they are in no figure"
      : `the tokens of ${toldRows} are told from the other candidates' answers`;
  return `${name}: ${failedRows} of ${rows + failedRows} rows failed; ${told}`;
}

/** The tokens of a request in each resample. */
export function resampledTokens({tokens, resamples}: CostSample): RequestTokens[] {
  const {promptTokens, cachedTokens, completionTokens, billedUsd, long} = resamples;
  return promptTokens.map((prompt, i) => ({
    promptTokens: prompt ?? undefined,
    cachedTokens: cachedTokens[i] ?? undefined,
    completionTokens: completionTokens[i] ?? undefined,
    billedUsd: billedUsd?.[i] ?? undefined,
    billedBy: tokens.billedBy,
    long: long?.map((one): LongRequests => ({
      abovePromptTokens: one.abovePromptTokens,
      promptTokens: one.promptTokens[i] ?? 0,
      cachedTokens: one.cachedTokens[i] ?? 0,
      completionTokens: one.completionTokens[i] ?? 0
    }))
  }));
}

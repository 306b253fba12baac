import type {LongRequests} from "./meanCost.js";
import type {HostingModel, RequestTokens, WayThere} from "./hosting/index.js";

/** What a run tells of a candidate's quality and tokens, and where it runs or could run. */
export interface CostSample {
  name: string;
  /** Mean score with its interval; absent when nothing was scored. */
  quality?: {mean: number; low?: number; high?: number};
  /** True for the candidate with the best mean. */
  best: boolean;
  /** One-sided p value of "no worse than the best by more than the margin"; absent for the best and where it cannot be tested. */
  nonInferiorP?: number;
  /** Means of a request over the rows answered. */
  tokens: RequestTokens;
  /** Rows answered, and those of them with a count of tokens. */
  rows: number;
  countedRows: number;
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
  wayThere?: WayThere;
}

/** `LongRequests` in each resample. */
export interface ResampledLong {
  abovePromptTokens: number;
  promptTokens: (number | null)[];
  cachedTokens: (number | null)[];
  completionTokens: (number | null)[];
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

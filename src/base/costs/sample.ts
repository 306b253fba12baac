import type {LongRequests} from "./meanCost.js";
import type {CostHosting, NamedHosting, RequestTokens, WayThere} from "./hosting/index.js";

/** What a run tells of a candidate's quality and tokens, and where it runs or could run. */
export interface CostSample {
  name: string;
  /** Mean score with its interval; absent when nothing was scored. */
  quality?: {mean: number; low?: number; high?: number};
  /**
   * The same on the rows that all candidates of known cost have, where some lack rows; `mean` is absent of one that lacks most, and of
   * one whose cost is not known.
   */
  compared?: {mean?: number; low?: number; high?: number};
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
  /** Rows that others were asked and it was not. */
  absentRows?: number;
  /** Of these two, rows whose tokens, or whose billed cost, are told from other candidates' answers. */
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
  hostings: CostHosting[];
  /** Of a candidate of several models: where each of them runs now; none where that was not noted. */
  models?: NamedHosting[];
  wayThere?: WayThere;
}

/** `LongRequests` in each resample. */
export interface ResampledLong {
  abovePromptTokens: number;
  promptTokens: (number | null)[];
  cachedTokens: (number | null)[];
  completionTokens: (number | null)[];
}

/** The score that is compared with others' on the same rows; undefined of a candidate that is not compared. */
export function comparedQuality({
  compared,
  quality
}: Pick<CostSample, "compared" | "quality">): CostSample["quality"] {
  if (!compared) return quality;
  const {mean} = compared;
  return mean === undefined ? undefined : {...compared, mean};
}

/** By which rows the frontier goes, where candidates lack some. */
export function sharedRowsText(rows: number): string {
  return `The frontier goes by the ${rows} ${rows === 1 ? "row" : "rows"} that all candidates of known cost have a score on; one with less than half of the rows is left out.`;
}

/** Whether what the calls cost is taken as it was told, and not from their tokens. */
export const isBilled = ({tokens}: Pick<CostSample, "tokens">) => tokens.billedBy !== undefined;

/** A sentence on the rows of a candidate without an answer; undefined where there are none. */
export function failedRowsText(sample: CostSample): string | undefined {
  const {name, rows, failedRows = 0, absentRows = 0, toldRows = 0} = sample;
  const lacking = failedRows + absentRows;
  if (lacking === 0) return undefined;
  const asked = rows + failedRows;
  const failed = failedRows > 0 ? [`${failedRows} of ${asked} rows failed`] : [];
  const absent = absentRows > 0 ? [`it was not asked ${absentRows} of the ${asked + absentRows} rows`] : [];
  const what = isBilled(sample) ? "cost" : "tokens";
  const left = lacking - toldRows;
  const are = (count: number) => (count === 1 ? "is" : "are");
  const told = `the ${what} of ${toldRows} ${what === "cost" ? "is" : "are"} told from the other candidates' answers`;
  const untold =
    toldRows > 0
      ? `${left} ${are(left)} in no figure`
      : `nothing tells their ${what}, and they are in no figure`;
  const ends = [...(toldRows > 0 ? [told] : []), ...(left > 0 ? [untold] : [])];
  return `${name}: ${[...failed, ...absent].join(", and ")}; ${ends.join(", and ")}`;
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

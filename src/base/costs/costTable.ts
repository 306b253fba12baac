import {holm, quantile} from "../stats/index.js";
import {frontierShares, onFrontier} from "./frontier.js";
import {
  type CostOption,
  type CostHosting,
  monthlyUsd,
  monthlyCost,
  type MonthlyCost,
  optionLine,
  perMillionTokens,
  wayCost,
  whatLeaves,
  whatModelsLeave
} from "./hosting/index.js";
import {comparedQuality, type CostSample, resampledTokens} from "./sample.js";

/** Requests a month at which costs are shown where nobody states another number. */
export const DEFAULT_VOLUME = 100_000;

export interface CostSettings {
  requestsPerMonth: number;
  /** Over which the first run of the way there is spread; 24 when absent. */
  horizonMonths?: number;
  /** Error rate of the tests of "no worse than the best by more than the margin"; 0.05 when absent. */
  alpha?: number;
}

/** A candidate on one hosting, at a volume. Unknown amounts are absent. */
export interface CostedOption {
  sample: CostSample;
  /** Absent when nobody stated a price or assumptions. */
  hosting?: CostHosting;
  /** Without the way there. */
  monthly: MonthlyCost;
  /** US dollars a month with the way there in it. */
  usdPerMonth?: number;
  usdPerThousand?: number;
  /** Of the same costs; absent when the number of tokens is not known. */
  usdPerMillionTokens?: number;
  /** 95 % interval that the token counts leave open; absent with fewer than 5 rows. */
  low?: number;
  high?: number;
  onFrontier: boolean;
  /** Probability of being on the frontier of cost and quality, by bootstrap of the rows; absent with fewer than 5. */
  frontierShare?: number;
  /** Names of what is missing; of the way there as "wayThere". */
  unknown: string[];
}

/** Every candidate on every hosting that it has, what it costs at a volume and whether it is on the frontier, in the order given. */
export function costTable(samples: readonly CostSample[], settings: CostSettings): CostedOption[] {
  const {requestsPerMonth} = settings;
  const options = samples.flatMap((sample) =>
    (sample.hostings.length > 0 ? sample.hostings : [undefined]).map((hosting) => ({sample, hosting}))
  );
  const costs = options.map(({sample, hosting}) => hosting && costOption(sample, hosting, settings));
  const resampled = costs.map((option) => {
    const way = option?.way;
    return option?.resamples.map((tokens) => {
      const line = option === undefined || way === undefined ? undefined : optionLine(option, tokens);
      const usd = line && monthlyUsd(line, requestsPerMonth);
      return usd === undefined ? undefined : (1000 * usd) / requestsPerMonth;
    });
  });
  const table = options.map(({sample, hosting}, i): CostedOption => {
    const monthly = hosting
      ? monthlyCost(hosting, sample.tokens, requestsPerMonth)
      : {unknown: ["price"], aboveCapacity: false};
    const line = costs[i]?.way && optionLine(costs[i]!);
    const usdPerMonth = line && monthlyUsd(line, requestsPerMonth);
    const each = usdPerMonth === undefined ? undefined : usdPerMonth / requestsPerMonth;
    return {
      sample,
      hosting,
      monthly,
      usdPerMonth,
      usdPerThousand: usdPerMonth === undefined ? undefined : (1000 * usdPerMonth) / requestsPerMonth,
      usdPerMillionTokens: perMillionTokens(each, sample.tokens),
      low: quantile(resampled[i] ?? [], 0.025),
      high: quantile(resampled[i] ?? [], 0.975),
      onFrontier: false,
      unknown: [...monthly.unknown, ...(hosting && !costs[i]?.way ? ["wayThere"] : [])]
    };
  });
  const on = onFrontier(
    table.map(({usdPerThousand, sample}) => ({
      cost: usdPerThousand,
      quality: comparedQuality(sample)?.mean
    }))
  );
  const times = Math.min(...samples.map(({resamples}) => resamples.quality.length));
  const shares = frontierShares(
    Array.from({length: samples.length > 0 ? times : 0}, (_, r) =>
      table.map(({sample}, i) => ({
        cost: resampled[i]?.[r],
        quality: sample.resamples.quality[r] ?? undefined
      }))
    )
  );
  return table.map((option, i) => ({
    ...option,
    onFrontier: on[i]!,
    frontierShare: isResampled(option, resampled[i]) ? shares[i] : undefined
  }));
}

function isResampled({sample}: CostedOption, usd: readonly (number | undefined)[] = []): boolean {
  return sample.resamples.quality.some((quality, r) => quality !== null && usd[r] !== undefined);
}

/** An option as break-evens take it; `way` is undefined when the way there is not known. */
export function costOption(
  sample: CostSample,
  hosting: CostHosting,
  {horizonMonths}: Pick<CostSettings, "horizonMonths"> = {}
): CostOption {
  return {
    hosting,
    tokens: sample.tokens,
    resamples: resampledTokens(sample),
    way: wayCost(sample.wayThere ?? {kind: "nothing"}),
    horizonMonths
  };
}

/** The cheapest option whose candidate is the best or is shown to be no worse by more than the margin. */
export interface CheapestChoice {
  option: CostedOption;
  /** The cheapest option of the best candidate; absent when its cost is not known. */
  best?: CostedOption;
  /** How many other candidates are cheaper than the best. */
  cheaper: number;
  /** Holm-adjusted over these. */
  adjustedP?: number;
}

/**
 * Undefined when the best's cost is not known: then nobody is known to be cheaper. Each cheaper candidate is tested once, on its
 * cheapest hosting; the tests are one-sided and Holm-adjusted over them.
 */
export function cheapestChoice(
  table: readonly CostedOption[],
  {alpha = 0.05}: {alpha?: number} = {}
): CheapestChoice | undefined {
  const cheapest = new Map<string, CostedOption>();
  for (const option of table) {
    if (option.usdPerMonth === undefined) continue;
    const known = cheapest.get(option.sample.name);
    if (!known || option.usdPerMonth < known.usdPerMonth!) cheapest.set(option.sample.name, option);
  }
  const best = [...cheapest.values()].find(({sample}) => sample.best);
  if (!best) return undefined;
  const cheaper = [...cheapest.values()]
    .filter(({usdPerMonth}) => usdPerMonth! < best.usdPerMonth!)
    .sort((a, b) => a.usdPerMonth! - b.usdPerMonth!);
  const adjusted = holm(cheaper.map(({sample}) => sample.nonInferiorP));
  const chosen = cheaper.findIndex(({sample}, i) => (adjusted[i] ?? 1) <= alpha && !sample.failuresTurn);
  const of = {best, cheaper: cheaper.length};
  return chosen < 0 ? {option: best, ...of} : {option: cheaper[chosen]!, ...of, adjustedP: adjusted[chosen]};
}

/** What leaves the building with requests of an option, without markup; undefined where nobody stated where it runs. */
export function optionLeaves({
  sample: {hostings, models},
  hosting
}: Pick<CostedOption, "sample" | "hosting">): string | undefined {
  if (!hosting) return undefined;
  // Elsewhere than where it runs now all of its models would run there.
  return models && hosting === hostings[0] ? whatModelsLeave(models) : whatLeaves(hosting);
}

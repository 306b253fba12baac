import type {CostHosting} from "./hosting/index.js";
import type {CostSample} from "./sample.js";

/** What a reader tries instead of what was stated. */
export interface CostAdjustment {
  /** Of machines and of the busiest minute, 0 to 1; as stated when absent. */
  utilisation?: number;
  /** Token prices times this. */
  tokenPriceFactor?: number;
  /** Prices of devices, servers, replicas, space and staff times this. */
  machinePriceFactor?: number;
}

/** The samples with other assumptions; what is unknown stays unknown. */
export function adjusted(samples: readonly CostSample[], adjustment: CostAdjustment): CostSample[] {
  const {tokenPriceFactor = 1} = adjustment;
  return samples.map((sample) => ({
    ...sample,
    tokens: {
      ...sample.tokens,
      billedUsd:
        sample.tokens.billedUsd === undefined ? undefined : sample.tokens.billedUsd * tokenPriceFactor
    },
    resamples: {
      ...sample.resamples,
      billedUsd: sample.resamples.billedUsd?.map((usd) => (usd === null ? null : usd * tokenPriceFactor))
    },
    hostings: sample.hostings.map((hosting) => adjustHosting(hosting, adjustment))
  }));
}

function adjustHosting(
  hosting: CostHosting,
  {utilisation, tokenPriceFactor = 1, machinePriceFactor = 1}: CostAdjustment
): CostHosting {
  const times = (value: number | undefined) => (value === undefined ? undefined : value * machinePriceFactor);
  if (hosting.kind === "unknown") return hosting;
  const own = {utilisation: utilisation ?? hosting.utilisation};
  switch (hosting.kind) {
    case "api": {
      const {price} = hosting;
      const each = (value: number) => value * tokenPriceFactor;
      const maybe = (value: number | undefined) => (value === undefined ? undefined : each(value));
      return {
        ...hosting,
        ...own,
        price: price && {
          ...price,
          inputUsdPerMillion: each(price.inputUsdPerMillion),
          outputUsdPerMillion: each(price.outputUsdPerMillion),
          cachedInputUsdPerMillion: maybe(price.cachedInputUsdPerMillion),
          tiers: price.tiers?.map((tier) => ({
            abovePromptTokens: tier.abovePromptTokens,
            inputUsdPerMillion: maybe(tier.inputUsdPerMillion),
            outputUsdPerMillion: maybe(tier.outputUsdPerMillion),
            cachedInputUsdPerMillion: maybe(tier.cachedInputUsdPerMillion)
          }))
        }
      };
    }
    case "edge":
      return {...hosting, ...own, deviceUsd: times(hosting.deviceUsd)};
    case "on-prem":
      return {
        ...hosting,
        ...own,
        serverUsd: times(hosting.serverUsd),
        spaceUsdPerMonth: times(hosting.spaceUsdPerMonth),
        staffUsdPerMonth: times(hosting.staffUsdPerMonth)
      };
    case "cloud":
      return {
        ...hosting,
        ...own,
        usdPerHour: times(hosting.usdPerHour),
        reservedUsdPerHour: times(hosting.reservedUsdPerHour)
      };
  }
}

import type {
  ApiHosting,
  CloudHosting,
  EdgeHosting,
  HostingKind,
  OnPremHosting,
  TokenPrice,
  TokenPriceTier,
  WayThere
} from "../../base/costs/index.js";
import {
  byKind,
  either,
  exactly,
  holding,
  listOf,
  number,
  oneOf,
  text
} from "../../base/validation/checked.js";

const KINDS: readonly HostingKind[] = ["api", "edge", "on-prem", "cloud"];

/** Of 31 days. */
const LONGEST_MONTH_HOURS = 744;

const optionalAmount = () => number({least: 0}).optional();
const optionalShare = () => number({least: 0, most: 1}).optional();
const above = () => number({above: 0}).optional();
const units = () => number({least: 0, whole: true}).optional();

export const price = exactly<TokenPrice>(
  "a price such as {inputUsdPerMillion, outputUsdPerMillion, asOf, source}",
  {
    inputUsdPerMillion: number({least: 0}),
    outputUsdPerMillion: number({least: 0}),
    cachedInputUsdPerMillion: optionalAmount(),
    tiers: listOf(
      exactly<TokenPriceTier>("a tier such as {abovePromptTokens: 200_000, inputUsdPerMillion: 2.5}", {
        abovePromptTokens: number({above: 0}),
        inputUsdPerMillion: optionalAmount(),
        outputUsdPerMillion: optionalAmount(),
        cachedInputUsdPerMillion: optionalAmount()
      })
    ).optional(),
    asOf: text("the day the price was read"),
    source: text("where the price was read")
  }
);

const stated = {kind: oneOf(KINDS), source: text().optional(), asOf: text().optional()};
const throughput = {
  requestsPerSecond: above(),
  promptTokensPerSecond: above(),
  completionTokensPerSecond: above()
};
const utilisation = number({above: 0, most: 1}).optional();

const model = byKind('a hosting such as {kind: "cloud", usdPerHour: 1.7}', {
  api: exactly<ApiHosting>("a hosting", {
    ...stated,
    provider: text().optional(),
    price: price.optional(),
    cachedShare: optionalShare(),
    batchShare: optionalShare(),
    batchPriceShare: optionalShare(),
    requestsPerMinute: above(),
    tokensPerMinute: above(),
    utilisation
  }),
  edge: holding<EdgeHosting>(
    exactly<EdgeHosting>("a hosting", {
      ...stated,
      ...throughput,
      deviceUsd: optionalAmount(),
      lifeYears: above(),
      watts: optionalAmount(),
      idleWatts: optionalAmount(),
      usdPerKwh: optionalAmount(),
      people: optionalAmount(),
      peoplePerDevice: above(),
      attributedShare: optionalShare(),
      utilisation
    }),
    ({people, peoplePerDevice}) => {
      const missing =
        (people === undefined) === (peoplePerDevice === undefined)
          ? []
          : [people === undefined ? "people" : "peoplePerDevice"];
      const message = "is missing: devices are counted from `people` and `peoplePerDevice` together";
      return missing.map((name) => ({path: [name], message}));
    }
  ),
  "on-prem": exactly<OnPremHosting>("a hosting", {
    ...stated,
    ...throughput,
    serverUsd: optionalAmount(),
    lifeYears: above(),
    watts: optionalAmount(),
    pue: number({least: 1}).optional(),
    usdPerKwh: optionalAmount(),
    spaceUsdPerMonth: optionalAmount(),
    staffUsdPerMonth: optionalAmount(),
    minServers: units(),
    maxServers: units(),
    utilisation
  }),
  cloud: exactly<CloudHosting>("a hosting", {
    ...stated,
    ...throughput,
    provider: text().optional(),
    usdPerHour: optionalAmount(),
    reservedReplicas: units(),
    reservedUsdPerHour: optionalAmount(),
    hoursPerMonth: number({above: 0, most: LONGEST_MONTH_HOURS}).optional(),
    minReplicas: units(),
    maxReplicas: units(),
    utilisation
  })
} satisfies Record<HostingKind, unknown>);

/** What an endpoint or a candidate may say of where it runs. */
export const hosting = either(
  `one of ${KINDS.map((kind) => JSON.stringify(kind)).join(", ")}, or hostings with their assumptions`,
  oneOf(KINDS),
  model,
  listOf(model, "a list of hostings", 1)
);

/** What a candidate may say of what it takes to get it where it runs. */
export const wayThere = exactly<WayThere>('a way such as {kind: "fine-tune", hours: 3, usdPerHour: 2}', {
  kind: oneOf(["nothing", "fine-tune", "adapter", "merge"]),
  trainedTokens: optionalAmount(),
  trainingUsdPerMillion: optionalAmount(),
  hours: optionalAmount(),
  usdPerHour: optionalAmount(),
  evalUsd: optionalAmount(),
  dataUsd: optionalAmount(),
  repeatsPerYear: optionalAmount(),
  adapterUsdPerMonth: optionalAmount()
});

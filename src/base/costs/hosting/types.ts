import type {TokenPrice} from "../completionCost.js";
import type {LongRequests} from "../meanCost.js";

/** What one request needs on average; undefined is unknown, never 0. Cached prompt tokens are counted inside `promptTokens`. */
export interface RequestTokens {
  promptTokens?: number;
  cachedTokens?: number;
  completionTokens?: number;
  /** US dollars of a request as they were billed, where they do not follow from its tokens: those of a cascade. An API without a price costs this. */
  billedUsd?: number;
  /** Providers whose bill that is; what another one's API would bill is unknown. */
  billedBy?: readonly string[];
  /** For each tier of the prices, the part of these tokens that is of requests with prompts above it. */
  long?: readonly LongRequests[];
}

/**
 * How fast one machine answers. `requestsPerSecond` is what it can do at the wanted latency with requests of this kind, and is
 * used first; else the seconds of a request are prompt tokens ÷ `promptTokensPerSecond` + completion tokens ÷
 * `completionTokensPerSecond`, each over all requests that are answered at once.
 */
export interface Throughput {
  requestsPerSecond?: number;
  promptTokensPerSecond?: number;
  completionTokensPerSecond?: number;
}

interface StatedSource {
  /** Where the assumptions come from and of which day, for the reader. */
  source?: string;
  asOf?: string;
}

/** Paid by the token. */
export interface ApiHosting extends StatedSource {
  kind: "api";
  /** Who gets prompts and answers. */
  provider?: string;
  price?: TokenPrice;
  /** Share of the prompt tokens that are billed as cached, 0 to 1; what the usage said when absent. */
  cachedShare?: number;
  /** Share of the requests that can wait and go as a batch, 0 to 1. */
  batchShare?: number;
  /** Batch price as a share of the normal one: 0.5 is half. Unknown, not 1, when absent and `batchShare` is above 0. */
  batchPriceShare?: number;
  /** The provider's limits: what bounds the volume. */
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  /** Mean load as a share of the load in the busiest minute, 0 to 1; 1 when absent. */
  utilisation?: number;
}

/** Devices that the team buys and puts where the work is. */
export interface EdgeHosting extends StatedSource, Throughput {
  kind: "edge";
  deviceUsd?: number;
  lifeYears?: number;
  /** Drawn while it answers, and while it waits. */
  watts?: number;
  idleWatts?: number;
  usdPerKwh?: number;
  /** How many people there are and how many share a device: both or none; without, one device is the least. */
  people?: number;
  peoplePerDevice?: number;
  /** Share of a device's price and power that this use is charged with, 0 to 1; 1 when absent. */
  attributedShare?: number;
  /** Mean load as a share of what a device can do, 0 to 1; 1 when absent. */
  utilisation?: number;
}

/** Servers in the team's own rooms. */
export interface OnPremHosting extends StatedSource, Throughput {
  kind: "on-prem";
  serverUsd?: number;
  lifeYears?: number;
  /** Of one server under load, drawn all month, before `pue`. */
  watts?: number;
  /** Power usage effectiveness: all power of the room ÷ power of its servers, at least 1. */
  pue?: number;
  usdPerKwh?: number;
  /** Rack space of one server. */
  spaceUsdPerMonth?: number;
  /** People who run it, for all servers together. */
  staffUsdPerMonth?: number;
  minServers?: number;
  maxServers?: number;
  /** Mean load as a share of what a server can do at the wanted latency, 0 to 1; 1 when absent. */
  utilisation?: number;
}

/** Machines rented by the hour. */
export interface CloudHosting extends StatedSource, Throughput {
  kind: "cloud";
  provider?: string;
  usdPerHour?: number;
  /** Replicas that are reserved, paid for all month at `reservedUsdPerHour`; those above are on demand. */
  reservedReplicas?: number;
  reservedUsdPerHour?: number;
  /** Hours a month in which replicas on demand run, busy or idle: above 0, at most 744; all 730 when absent. Requests come in these hours only. */
  hoursPerMonth?: number;
  minReplicas?: number;
  maxReplicas?: number;
  /** Mean load as a share of what a replica can do at the wanted latency, 0 to 1; 1 when absent. */
  utilisation?: number;
}

/** Where a model runs, with the assumptions that its cost is computed from. An assumption that nobody stated is unknown. */
export type HostingModel = ApiHosting | EdgeHosting | OnPremHosting | CloudHosting;

/** Nobody says where it runs, and what each request cost was told. */
export interface UnknownHosting {
  kind: "unknown";
  source?: undefined;
  asOf?: undefined;
}

/** Where costs are computed for: what may be stated, and what another tool's results leave open. */
export type CostHosting = HostingModel | UnknownHosting;

/**
 * Monthly cost as a function of volume: `baseUsdPerMonth` + units · their price + requests · `usdPerRequest`, where units =
 * ceil(requests ÷ `requestsPerUnitMonth`) within `minUnits` and `maxUnits`. The first `reservedUnits` cost `reservedUsdPerUnitMonth`
 * each and are paid for whether used or not.
 */
export interface CostLine {
  baseUsdPerMonth: number;
  usdPerUnitMonth: number;
  /** Infinity where nothing bounds it. */
  requestsPerUnitMonth: number;
  minUnits: number;
  maxUnits: number;
  reservedUnits: number;
  reservedUsdPerUnitMonth: number;
  usdPerRequest: number;
}

/** Assumptions that are missing, by name, in the order in which they were asked for; at least one. */
export interface UnknownCost {
  unknown: string[];
}

export type HostingKind = HostingModel["kind"];

/** What an eval may say of where a model runs: a word, a model with its assumptions, or several, where it runs now first. */
export type StatedHosting = HostingKind | HostingModel | readonly HostingModel[];

/** The word for where it runs now. */
export function hostingKind(stated: StatedHosting): HostingKind {
  return typeof stated === "string" ? stated : hostingModels(stated)[0]!.kind;
}

/** The models stated; none for a word. */
export function hostingModels(stated: StatedHosting | undefined): HostingModel[] {
  return stated === undefined || typeof stated === "string" ? [] : [stated].flat();
}

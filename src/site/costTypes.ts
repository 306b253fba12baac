import type {CostSample} from "../costs/index.js";

/** What the costs page and `assay costs` make their tables from. */
export interface CostsData {
  run: string;
  eval: string;
  title: string;
  split: string;
  sealedAt: string;
  /** The day that prices were chosen for, and from which their age is counted. */
  at: string;
  scorer: string;
  /** True when every score is 0 or 1. */
  binary: boolean;
  /** In score units. */
  margin: number;
  rows: number;
  samples: CostSample[];
  prices: PriceNote[];
}

/** The price that a candidate is billed with. */
export interface PriceNote {
  candidate: string;
  model: string;
  inputUsdPerMillion: number;
  outputUsdPerMillion: number;
  cachedInputUsdPerMillion?: number;
  asOf: string;
  source: string;
  daysOld: number;
  old: boolean;
}

import {hourlyCostUsd} from "../units.js";

/**
 * What it takes to get a model to where it runs, and to keep it fresh. All zero for a model that is taken as it is; an amount
 * that is left out of a way that needs it is unknown.
 */
export interface WayThere {
  kind: "nothing" | "fine-tune" | "adapter" | "merge";
  /** Tokens a training run reads, all epochs together, and their price. */
  trainedTokens?: number;
  trainingUsdPerMillion?: number;
  /** Hours of a training run or a merge, and their price. */
  hours?: number;
  usdPerHour?: number;
  /** Evaluating one result. */
  evalUsd?: number;
  /** The answers or labels that it learns from. */
  dataUsd?: number;
  /** Runs after the first: 4 is once a quarter. */
  repeatsPerYear?: number;
  /** Hosting of the adapter beside what the hosting model says. */
  adapterUsdPerMonth?: number;
}

/** US dollars of the first run and of each month after it. */
export interface WayCost {
  firstUsd: number;
  usdPerMonth: number;
}

/**
 * Undefined when tokens or hours are stated without their price, or neither is: unknown is not free. Fine-tuning total = trained tokens · rate +
 * hours · rate + evaluation + data, again at each repeat.
 */
export function wayCost(way: WayThere): WayCost | undefined {
  if (way.kind === "nothing") return {firstUsd: 0, usdPerMonth: 0};
  const byTokens =
    way.trainedTokens === undefined || way.trainingUsdPerMillion === undefined
      ? undefined
      : (way.trainedTokens * way.trainingUsdPerMillion) / 1e6;
  const byHours = hourlyCostUsd(way.hours, way.usdPerHour);
  const half =
    (way.trainedTokens !== undefined && byTokens === undefined) ||
    (way.hours !== undefined && byHours === undefined);
  if (half || (byTokens === undefined && byHours === undefined)) return undefined;
  const firstUsd = (byTokens ?? 0) + (byHours ?? 0) + (way.evalUsd ?? 0) + (way.dataUsd ?? 0);
  return {
    firstUsd,
    usdPerMonth: ((way.repeatsPerYear ?? 0) / 12) * firstUsd + (way.adapterUsdPerMonth ?? 0)
  };
}

/** The line with the way there in it: repeats and adapter every month, the first run spread over `months`. */
export function withWay<L extends {baseUsdPerMonth: number}>(line: L, cost: WayCost, months: number): L {
  return {...line, baseUsdPerMonth: line.baseUsdPerMonth + cost.usdPerMonth + cost.firstUsd / months};
}

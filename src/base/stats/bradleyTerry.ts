import {fitLogit, type LogitTerm} from "./fitLogit.js";
import {normalQuantile, normalTail} from "./distributions/normal.js";
import {studentQuantile, studentTwoSided} from "./distributions/studentT.js";
import {type Matrix, multiply, transpose, zeros} from "./linearAlgebra.js";
import type {Interval} from "./types.js";

export interface Preference {
  first: string;
  second: string;
  winner: "first" | "second" | "tie";
  /** How many such outcomes this stands for; default 1. */
  weight?: number;
  /** The prompt (or group of prompts) that was judged; preferences of the same prompt are not independent. */
  cluster?: string | number;
}

export interface BradleyTerryOptions {
  level?: number;
  /** Abilities are relative to this candidate; without it, to the mean of all. */
  reference?: string;
  /** Also estimate the advantage of being named (shown, playing at home) first. */
  order?: boolean;
  /** Added wins, each way, for every pair that met: makes estimates finite when a candidate never lost. Default 0. */
  prior?: number;
}

export interface Effect extends Interval {
  estimate: number;
  standardError: number;
}

export interface BradleyTerry {
  /** In the order of `names`, in log-odds. The reference has ability 0 and no error. */
  abilities: (Effect & {name: string})[];
  names: string[];
  /** Covariance of the abilities, for differences between two of them. */
  covariance: Matrix;
  /** Log-odds advantage of the first place, when asked for. */
  order: Effect | undefined;
  /** Davidson's ln ν: between equal candidates a tie has the odds ν against either winning; undefined without ties. */
  tie: Effect | undefined;
  n: number;
  /** Clusters whose robust errors were used; undefined for model-based errors. */
  clusters: number | undefined;
  level: number;
}

/**
 * Bradley–Terry abilities from pairwise preferences, with ties by Davidson's extension:
 * P(i beats j) ∝ e^{(λᵢ + δ − λⱼ)/2}, P(j beats i) ∝ e^{−(λᵢ + δ − λⱼ)/2}, P(tie) ∝ ν; without ties this is the logit
 * model P(i beats j) = 1 / (1 + e^{−(λᵢ + δ − λⱼ)}). Maximum likelihood by Newton's method.
 *
 * When any preference names a cluster, standard errors are the cluster-robust sandwich with C/(C − 1); otherwise they
 * come from the information matrix. Intervals use t with C − 1 degrees of freedom in the first case (McCaffrey and Bell
 * 2006 on few clusters), and are normal in the second. A prior's wins count in estimates and errors, never as clusters.
 * Undefined when there is nothing to fit, with a single cluster, and when the estimates are not finite: some group of
 * candidates never lost (or never won) against the rest (see `prior`).
 *
 * Sources: Bradley and Terry (1952), Biometrika 39; Davidson (1970), JASA 65; Agresti (2002), section 10.6.
 */
export function bradleyTerry(
  preferences: readonly Preference[],
  {level = 0.95, reference, order = false, prior = 0}: BradleyTerryOptions = {}
): BradleyTerry | undefined {
  const games = preferences.filter(({first, second, weight = 1}) => weight > 0 && first !== second);
  const names = [...new Set(games.flatMap(({first, second}) => [first, second]))].sort();
  if (names.length < 2) return undefined;
  if (reference !== undefined && !names.includes(reference))
    throw new Error(`no preferences about ${reference}`);
  const index = new Map(names.map((name, i) => [name, i]));
  if (prior <= 0 && !stronglyConnected(names.length, beats(games, index))) return undefined;
  const ties = games.some(({winner}) => winner === "tie");
  const free = names.length - 1;
  const orderAt = order ? free : -1;
  const tieAt = ties ? free + (order ? 1 : 0) : -1;
  const size = free + Number(order) + Number(ties);
  const term = ({first, second, winner, weight = 1, cluster}: Preference): LogitTerm => {
    const pull = new Array<number>(size).fill(0);
    const [i, j] = [index.get(first)!, index.get(second)!];
    if (i > 0) pull[i - 1]! += 0.5;
    if (j > 0) pull[j - 1]! -= 0.5;
    if (order) pull[orderAt] = 0.5;
    const push = pull.map((value) => -value);
    const options = [pull, push];
    if (ties) options.push(pull.map((_, k) => (k === tieAt ? 1 : 0)));
    return {options, chosen: winner === "first" ? 0 : winner === "second" ? 1 : 2, weight, cluster};
  };
  const fit = fitLogit(games.map(term), size, priorGames(games, prior).map(term));
  if (!fit) return undefined;
  const {values, covariance} = relativeTo(names, reference, fit.parameters, fit.covariance);
  const z = criticalOf(fit.clusters, level);
  const effect = (estimate: number, variance: number): Effect => {
    const standardError = Math.sqrt(Math.max(0, variance));
    return {estimate, standardError, low: estimate - z * standardError, high: estimate + z * standardError};
  };
  const extra = (at: number) => (at < 0 ? undefined : effect(fit.parameters[at]!, fit.covariance[at]![at]!));
  return {
    abilities: names.map((name, i) => ({name, ...effect(values[i]!, covariance[i]![i]!)})),
    names,
    covariance,
    order: extra(orderAt),
    tie: extra(tieAt),
    n: games.reduce((sum, {weight = 1}) => sum + weight, 0),
    clusters: fit.clusters,
    level
  };
}

/** Difference of two candidates' abilities in log-odds, with its p value; undefined for a name that was not fitted. */
export function abilityDifference(
  fit: BradleyTerry,
  first: string,
  second: string
): (Effect & {p: number; chance: number}) | undefined {
  const i = fit.names.indexOf(first);
  const j = fit.names.indexOf(second);
  if (i < 0 || j < 0) return undefined;
  const c = fit.covariance;
  const estimate = fit.abilities[i]!.estimate - fit.abilities[j]!.estimate;
  const standardError = Math.sqrt(Math.max(0, c[i]![i]! + c[j]![j]! - 2 * c[i]![j]!));
  const half = criticalOf(fit.clusters, fit.level) * standardError;
  const distance = Math.abs(estimate) / standardError;
  const p =
    fit.clusters === undefined ? 2 * normalTail(distance) : studentTwoSided(distance, fit.clusters - 1);
  return {
    estimate,
    standardError,
    low: estimate - half,
    high: estimate + half,
    p: standardError > 0 ? Math.min(1, p) : 1,
    /** Chance that the first is preferred, ties apart. */
    chance: 1 / (1 + Math.exp(-estimate))
  };
}

function criticalOf(clusters: number | undefined, level: number): number {
  const q = (1 + level) / 2;
  return clusters === undefined ? normalQuantile(q) : studentQuantile(q, clusters - 1);
}

function beats(games: readonly Preference[], index: Map<string, number>): [number, number][] {
  return games.flatMap(({first, second, winner}) => {
    const forward: [number, number] = [index.get(first)!, index.get(second)!];
    const backward: [number, number] = [forward[1], forward[0]];
    return winner === "first" ? [forward] : winner === "second" ? [backward] : [forward, backward];
  });
}

function priorGames(games: readonly Preference[], weight: number): Preference[] {
  if (weight <= 0) return [];
  const pairs = new Map(games.map(({first, second}) => [[first, second].sort().join("\0"), {first, second}]));
  return [...pairs.values()].flatMap((pair) => [
    {...pair, winner: "first" as const, weight},
    {...pair, winner: "second" as const, weight}
  ]);
}

/** From "relative to the first name" to "relative to the reference, or the mean". */
function relativeTo(
  names: string[],
  reference: string | undefined,
  parameters: number[],
  covariance: Matrix
) {
  const k = names.length;
  const origin = reference === undefined ? undefined : names.indexOf(reference);
  const shift = zeros(k, k - 1);
  for (let i = 0; i < k; i++)
    for (let j = 1; j < k; j++)
      shift[i]![j - 1] = Number(i === j) - (origin === undefined ? 1 / k : Number(origin === j));
  const abilities = covariance.slice(0, k - 1).map((row) => row.slice(0, k - 1));
  return {
    values: shift.map((row) => row.reduce((sum, value, j) => sum + value * parameters[j]!, 0)),
    covariance: multiply(multiply(shift, abilities), transpose(shift))
  };
}

/**
 * Whether every node of a directed graph can be reached from every other: Ford's condition (1957) for
 * Bradley–Terry estimates to be finite.
 */
function stronglyConnected(nodes: number, edges: readonly (readonly [number, number])[]): boolean {
  const reaches = (from: 0 | 1): boolean => {
    const next = Array.from({length: nodes}, () => new Set<number>());
    for (const edge of edges) next[edge[from]!]!.add(edge[1 - from]!);
    const seen = new Set([0]);
    for (const node of seen) for (const other of next[node]!) seen.add(other);
    return seen.size === nodes;
  };
  return reaches(0) && reaches(1);
}

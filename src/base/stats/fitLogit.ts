import {invert, type Matrix, multiply, zeros} from "./linearAlgebra.js";

/** A choice among options: each has features, and the chance of option o is proportional to e^{features · θ}. */
export interface LogitTerm {
  options: readonly (readonly number[])[];
  chosen: number;
  weight: number;
  cluster?: string | number;
}

/**
 * Maximum-likelihood fit of a conditional logit model by Newton's method. The covariance is the sandwich clustered
 * by `cluster` with C/(C − 1) when any observed term names one, and the inverse information otherwise. Undefined when the
 * information is singular, when the fit does not converge, or with a single cluster.
 *
 * Terms of `prior` penalise the likelihood, whose information is the bread. They are no clusters: in the meat each has the
 * variance of as many outcomes as its weight, apart from C/(C − 1). Without that, who never lost would have next to no error,
 * since equal outcomes do not vary. Sources: Gray (1992), JASA 87, for the bread; Greenland (2007), Statistics in Medicine 26,
 * for a prior as outcomes.
 */
export function fitLogit(observed: readonly LogitTerm[], size: number, prior: readonly LogitTerm[] = []) {
  const terms = [...observed, ...prior];
  let parameters = new Array<number>(size).fill(0);
  let at = evaluate(terms, parameters);
  for (let round = 0; round < 100; round++) {
    const inverse = invert(at.information);
    if (!inverse) return undefined;
    let step = inverse.map((row) => row.reduce((sum, value, j) => sum + value * at.gradient[j]!, 0));
    if (step.every((value) => Math.abs(value) < 1e-10))
      return summarise({observed, prior}, parameters, inverse);
    let tried = evaluate(terms, add(parameters, step));
    while (!(tried.logLikelihood >= at.logLikelihood - 1e-9)) {
      step = step.map((value) => value / 2);
      tried = evaluate(terms, add(parameters, step));
    }
    parameters = add(parameters, step);
    at = tried;
  }
  return undefined;
}

function summarise(
  {observed, prior}: {observed: readonly LogitTerm[]; prior: readonly LogitTerm[]},
  parameters: number[],
  inverse: Matrix
) {
  if (observed.every(({cluster}) => cluster === undefined))
    return {parameters, covariance: inverse, clusters: undefined};
  const scores = new Map<unknown, number[]>();
  for (const term of observed) {
    const key = term.cluster ?? term;
    scores.set(
      key,
      add(scores.get(key) ?? new Array<number>(parameters.length).fill(0), scoreOf(term, parameters))
    );
  }
  const clusters = scores.size;
  if (clusters < 2) return undefined;
  const meat = zeros(parameters.length);
  const addSquare = (score: readonly number[], share: number) => {
    for (let i = 0; i < score.length; i++)
      for (let j = 0; j < score.length; j++) meat[i]![j]! += share * score[i]! * score[j]!;
  };
  for (const score of scores.values()) addSquare(score, clusters / (clusters - 1));
  for (const term of prior) addSquare(scoreOf(term, parameters), 1 / term.weight);
  return {parameters, covariance: multiply(multiply(inverse, meat), inverse), clusters};
}

const add = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value + b[i]!);

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

function chances({options}: LogitTerm, parameters: readonly number[]): number[] {
  const utilities = options.map((features) => dot(features, parameters));
  const most = Math.max(...utilities);
  const weights = utilities.map((utility) => Math.exp(utility - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function scoreOf(term: LogitTerm, parameters: readonly number[]): number[] {
  const chance = chances(term, parameters);
  return parameters.map((_, i) => {
    const expected = term.options.reduce((sum, features, o) => sum + chance[o]! * features[i]!, 0);
    return term.weight * (term.options[term.chosen]![i]! - expected);
  });
}

function evaluate(terms: readonly LogitTerm[], parameters: readonly number[]) {
  const size = parameters.length;
  const gradient = new Array<number>(size).fill(0);
  const information = zeros(size);
  let logLikelihood = 0;
  const expected = new Float64Array(size);
  for (const term of terms) {
    const chance = chances(term, parameters);
    logLikelihood += term.weight * Math.log(chance[term.chosen]!);
    expected.fill(0);
    term.options.forEach((features, o) => {
      for (let i = 0; i < size; i++) expected[i]! += chance[o]! * features[i]!;
    });
    const chosen = term.options[term.chosen]!;
    for (let i = 0; i < size; i++) gradient[i]! += term.weight * (chosen[i]! - expected[i]!);
    term.options.forEach((features, o) => {
      const weight = term.weight * chance[o]!;
      for (let i = 0; i < size; i++) {
        const away = features[i]! - expected[i]!;
        if (away === 0) continue;
        for (let j = 0; j < size; j++) information[i]![j]! += weight * away * (features[j]! - expected[j]!);
      }
    });
  }
  return {gradient, information, logLikelihood};
}

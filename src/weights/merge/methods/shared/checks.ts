import type {Method} from "../types.js";

/** Trimming by magnitude must leave something. The reference also fails where rounding down leaves nothing. */
export const checkKept: NonNullable<Method["checkValues"]> = ({own, count, exact}) => {
  const density = own.density!;
  if (density <= 0)
    return {parameter: "density", message: `density ${density} would keep nothing. Use a density above 0.`};
  if (exact && count > 0 && density < 1 && Math.floor(density * count) === 0)
    return {
      parameter: "density",
      message: `density ${density} keeps none of the ${count} elements of a tensor, at which the reference stops. Raise it, or merge without exact.`
    };
  return undefined;
};

/** Weights that are divided by their sum must have one. `flag` is the parameter that switches that off. */
export const checkSum =
  (flag: string): NonNullable<Method["checkInputs"]> =>
  ({own, parameters}) => {
    const weights = own.flatMap(({weight}) => weight ?? []);
    // Those that lack one are told for themselves.
    if (weights.length < own.length) return undefined;
    const sum = weights.reduce((a, b) => a + b, 0);
    const size = weights.reduce((a, b) => a + Math.abs(b), 0);
    if (parameters[flag] === 0 || Math.abs(sum) > 1e-9 * size) return undefined;
    return {
      parameter: "weight",
      message: `the weights ${weights.join(", ")} add up to 0, and would be divided by it. Change them, or set ${flag}: false.`
    };
  };

/** Every keep probability between density - epsilon and density + epsilon must be one. */
export const checkProbabilities: NonNullable<Method["checkValues"]> = ({own}) => {
  const density = own.density!;
  const epsilon = own.epsilon!;
  if (density <= 0 || density >= 1) return undefined;
  if (density - epsilon > 0 && density + epsilon < 1) return undefined;
  return {
    parameter: "density",
    message: `density ${density} ± epsilon ${epsilon} leaves the open interval (0, 1). Lower epsilon.`
  };
};

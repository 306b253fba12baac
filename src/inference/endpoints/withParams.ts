import type {ModelParameters} from "./types.js";

const BOUNDS = ["max_tokens", "max_completion_tokens"] as const;

/**
 * A model's own parameters with those of a request before them. A bound of the answer's tokens goes by the name under which the
 * model has its own: servers refuse both names at once, and many take one of them only.
 */
export function withParams(own: ModelParameters = {}, asked: ModelParameters = {}): ModelParameters {
  const both = {...own, ...asked};
  const [name, ...more] = BOUNDS.filter((bound) => own[bound] !== undefined);
  const [given, ...others] = BOUNDS.filter((bound) => asked[bound] !== undefined);
  if (name === undefined || given === undefined || more.length + others.length > 0 || name === given)
    return both;
  const {[given]: bound, ...rest} = both;
  return {...rest, [name]: bound};
}

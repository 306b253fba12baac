import type {ModelParameters} from "../../../inference/endpoints/types.js";

/** The most tokens that one call's answers can have together; undefined when its parameters set no bound. */
export function answerTokens(params: ModelParameters = {}): number | undefined {
  // Servers differ in which of the two they go by.
  const bounds = [params.max_tokens, params["max_completion_tokens"]].filter(isNumeric);
  const answers = [params["n"], params["best_of"]].filter(isNumeric);
  return bounds.length > 0 ? Math.max(...bounds) * Math.max(1, ...answers) : undefined;
}

const isNumeric = (value: unknown) => typeof value === "number";

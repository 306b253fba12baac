import type {Endpoint, ModelParameters, ToolDefinition} from "../../inference/endpoints/types.js";
import {rollingWindows} from "../../data/splits/rolling.js";
import {assertChecked} from "../../base/validation/checked.js";
import {ASKS_NOTHING, candidateSchema, evalSchema} from "./definitionSchema.js";
import type {PrepareContext, CandidateCosts, Candidate, EvalDefinition, ImportedEval} from "./define.js";

/** A candidate whose endpoint needs no preparation. Throws a UserError that names everything wrong with it. */
export function candidate(
  name: string,
  endpoint: Endpoint,
  model: string,
  options: {params?: ModelParameters; tools?: ToolDefinition[]; baseline?: boolean} & CandidateCosts = {}
): Candidate {
  const prepare = async ({dryRun}: PrepareContext) => {
    const known = dryRun ? endpoint.onlyKnown?.() : undefined;
    // Its first question: it throws where the model is not here.
    await known?.identity(model);
    return {endpoint: known ?? endpoint, model};
  };
  const made = {name, ...options, reach: {endpoint, model}, prepare};
  assertChecked(`candidate ${JSON.stringify(name)}`, candidateSchema, made);
  return made;
}

/**
 * Declares an eval. A file `evals/NAME.eval.ts` default-exports what this returns. Throws a UserError that names every
 * member that is unknown, absent or of another kind.
 */
export function defineEval(definition: EvalDefinition | ImportedEval): EvalDefinition {
  assertEval("eval", definition);
  if (definition.source) return {...definition, ...ASKS_NOTHING};
  return {...definition, split: [definition.split].flat().flatMap(rollingWindows)};
}

/** Throws UserError with everything that keeps something from being an eval, whatever its data. */
export function assertEval(where: string, definition: unknown): asserts definition is EvalDefinition {
  assertChecked(where, evalSchema, definition);
}

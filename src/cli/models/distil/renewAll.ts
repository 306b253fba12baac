import type {Store} from "../../../base/store/index.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {onFailure} from "../../evals/run/run.js";
import type {NamedDistillation} from "../../project/trainings.js";
import {print} from "../../terminal/terminal.js";
import type {DistilInputs} from "./distil.js";
import {renew} from "./renew.js";

/**
 * Judges the model in use of every distillation on new data, one line each. A run of few rows judges none.
 * @returns whether one in use is worse than allowed, and nothing takes its place
 */
export async function renewAll(
  store: Store,
  distillations: readonly NamedDistillation[],
  {limit, ...inputs}: DistilInputs & {limit?: number}
): Promise<boolean> {
  if (limit !== undefined || distillations.length === 0) return false;
  let isWorse = false;
  print("");
  for (const one of distillations)
    try {
      const {sentence, record} = await renew(store, one, inputs);
      print(`${one.name}: ${sentence}`);
      isWorse ||= record?.judged?.verdict === "inferior" && record.outcome === "kept";
    } catch (error) {
      if (inputs.signals.signal.aborted) return isWorse;
      await onFailure(new UserError(`distillation ${one.name}: ${messageOf(error)}`, {cause: error}));
    }
  return isWorse;
}

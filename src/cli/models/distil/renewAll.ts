import {type NamedDistillation, renew, type Renewal} from "../../../evals/distillation/index.js";
import type {Store} from "../../../base/store/index.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {onFailure} from "../../evals/run/run.js";
import {print} from "../../terminal/terminal.js";
import {type DistilInputs, loopEffects, stateFor} from "./effects.js";

/** What a rebuild came to for one distillation. */
export type Renewed =
  Renewal | {distillation: string; outcome: "failed"; sentence: string; record?: undefined};

/** Judges the model in use of every distillation on new data, one line each; with `distil` new ones, too. A run of few rows judges none. */
export async function renewAll(
  store: Store,
  distillations: readonly NamedDistillation[],
  {limit, distil, ...inputs}: DistilInputs & {limit?: number; distil?: boolean}
): Promise<Renewed[]> {
  const renewals: Renewed[] = [];
  if (limit !== undefined || distillations.length === 0) return renewals;
  if (!inputs.json) print("");
  for (const one of distillations)
    try {
      const effects = loopEffects(store, inputs);
      const state = await stateFor(store, one, inputs, effects);
      const renewal = await renew(store, one, state, effects, distil);
      renewals.push(renewal);
      if (!inputs.json) print(`${one.name}: ${renewal.sentence}`);
    } catch (error) {
      if (inputs.signals.signal.aborted) return renewals;
      const sentence = messageOf(error);
      renewals.push({distillation: one.name, outcome: "failed", sentence});
      await onFailure(new UserError(`distillation ${one.name}: ${sentence}`, {cause: error}));
    }
  return renewals;
}

import type {Columns} from "../parquet.js";
import type {RunManifest} from "../schema.js";

/** What each candidate was billed with, in US dollars per million tokens; of a cascade every model that it asks. */
export const RUN_PRICES: Columns = {
  run: "VARCHAR",
  candidate: "VARCHAR",
  /** Of a cascade; null where the candidate asks one model. */
  stage: "VARCHAR",
  model: "VARCHAR",
  input: "DOUBLE",
  cached: "DOUBLE",
  output: "DOUBLE",
  as_of: "VARCHAR",
  source: "VARCHAR"
};

/** A run's rows of that table; prices that nobody stated have none. */
export function pricesOf({id, candidates}: RunManifest): object[] {
  return candidates.flatMap(({name: candidate, model: own, price: stated, stages}) =>
    (stages ?? [{name: undefined, model: own, price: stated}])
      .filter(({price}) => price)
      .map(({name: stage, model, price}) => ({
        run: id,
        candidate,
        stage,
        model,
        input: price!.inputUsdPerMillion,
        cached: price!.cachedInputUsdPerMillion,
        output: price!.outputUsdPerMillion,
        as_of: price!.asOf,
        source: price!.source
      }))
  );
}

import type {ColumnTypes} from "../parquet.js";
import type {RunManifest} from "../records/run.js";

/** What each candidate, and each model that a scorer asks, was billed with, in US dollars per million tokens; of a cascade every model that it asks. */
export const RUN_PRICES: ColumnTypes = {
  run: "VARCHAR",
  candidate: "VARCHAR",
  /** Of several that a candidate asks; null where the candidate asks one model. */
  stage: "VARCHAR",
  /** Who asks the model, where it is a scorer; its candidate is null. */
  scorer: "VARCHAR",
  model: "VARCHAR",
  input: "DOUBLE",
  cached: "DOUBLE",
  output: "DOUBLE",
  as_of: "VARCHAR",
  source: "VARCHAR"
};

/** A run's rows of that table; prices that nobody stated have none. */
export function pricesOf({id, candidates, scorers, scorerCalls}: RunManifest): object[] {
  const ofCandidates = candidates.flatMap(({name: candidate, model: own, price: stated, stages}) =>
    (stages ?? [{name: undefined, model: own, price: stated}]).map(({name: stage, model, price}) => ({
      candidate,
      stage,
      model,
      price
    }))
  );
  const ofScorers = scorers.flatMap(({name: scorer, asks}) => {
    // Of several starts each at its own.
    const billed = (scorerCalls?.models ?? []).filter(
      ({endpoint, model, price}) => price && endpoint === asks?.endpoint && model === asks.model
    );
    const prices = billed.length > 0 ? billed.map(({price}) => price) : [asks?.price];
    return prices.map((price) => ({scorer, model: asks?.model, price}));
  });
  return [...ofCandidates, ...ofScorers].flatMap(({price, ...of}) =>
    price
      ? {
          run: id,
          ...of,
          input: price.inputUsdPerMillion,
          cached: price.cachedInputUsdPerMillion,
          output: price.outputUsdPerMillion,
          as_of: price.asOf,
          source: price.source
        }
      : []
  );
}

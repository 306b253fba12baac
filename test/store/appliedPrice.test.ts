import {expect, it} from "vitest";
import {appliedPrice} from "../../src/store/index.js";

it("takes the newest row that states the prices of tokens, past a newer one for training alone", () => {
  const row = {model: "m", source: "its page"};
  const prices = [
    {...row, asOf: "2026-01-01", inputPerMillion: 2, outputPerMillion: 8},
    {...row, asOf: "2026-03-01", trainingPerMillion: 25}
  ];
  const found = appliedPrice({model: "m"}, {prices, at: "2026-04-01"});
  expect(found?.price).toMatchObject({inputUsdPerMillion: 2, outputUsdPerMillion: 8, asOf: "2026-01-01"});
  expect(appliedPrice({model: "m"}, {prices: prices.slice(1), at: "2026-04-01"})).toBeUndefined();
});

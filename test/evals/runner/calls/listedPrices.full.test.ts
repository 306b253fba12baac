import {afterAll, describe, it} from "vitest";
import {closeAll, keepsListedBudget} from "../support/listedPrices.js";

afterAll(closeAll);

describe("a budget kept by the project's price list", () => {
  it.each([0.5, 0.9])(
    "is not passed by candidates, a cascade, a judge, embeddings and preflights, 64 in flight and some late (at %d of the cost)",
    keepsListedBudget
  );
});

import {describe, it} from "vitest";
import {judgedUnderBudget} from "../support/judgedUnderBudget.js";

describe("the calls of scorers", () => {
  it.each([0.2, 0.9])(
    "never take a run over its budget at 64 in flight, with time-outs (at %d of the cost); what is owed is asked next",
    judgedUnderBudget
  );
});

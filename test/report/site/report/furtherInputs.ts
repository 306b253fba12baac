import {describe, it} from "vitest";
import {expectSelections} from "./selections.js";

describe("inputs", () => {
  it("show the engine's numbers for further selections drawn by seed", (context) =>
    expectSelections(context, ["three", "four", "five"]));
});

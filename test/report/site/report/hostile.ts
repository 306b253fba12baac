import {describe, it} from "vitest";
import {expectText} from "./hostileText.js";

describe("hostile outputs", () => {
  it("are text wherever they stand, and break no page", (context) =>
    expectText(context, ["script", "handler", "link", "line"], ["examples", "comparison"]));
});

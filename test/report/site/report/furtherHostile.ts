import {describe, it} from "vitest";
import {HOSTILE_OUTPUTS} from "../../../support/hostileStore.js";
import {expectText} from "./hostileText.js";

describe("hostile outputs", () => {
  it("are text, whatever they attack", (context) => expectText(context, Object.keys(HOSTILE_OUTPUTS)));
});

import {describe, expect, it} from "vitest";
import {valueName} from "../../../src/evals/decisions/index.js";

describe("the name of a slice's value or a label", () => {
  it("is the value, a word for nothing, and quotes around blanks", () => {
    expect(valueName("north")).toBe("north");
    expect(valueName(" north ")).toBe(" north ");
    expect(valueName("")).toBe("(empty)");
    expect(valueName(undefined)).toBe("(none)");
    expect(valueName(null)).toBe("(none)");
    expect(valueName("  ")).toBe('"  "');
    expect(valueName("\t")).toBe('"\\t"');
  });
});

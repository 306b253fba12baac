import {describe, expect, it} from "vitest";
import {csvCell} from "../../../src/report/components/notes/saving.js";

describe("a cell of a table that is saved as CSV", () => {
  it.each([
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-1+cmd|' /C calc'!A0",
    "-1+1",
    "+SUM(A1)",
    "-A1",
    "@SUM(1)",
    "-1 (HYPERLINK)",
    "+1; =A1",
    "-"
  ])("is no formula: %s", (text) => {
    expect(csvCell(text)).toBe(`'${text}`);
  });

  it.each([
    "-2.1",
    "+2.1 points",
    "-12%",
    "+1,234.5",
    "-5.9 to +3.2",
    "+1.4 (-0.3 to +3.1)",
    "+1.4; 83.1% against 81.7%",
    "+12 ms",
    "\u22122.1",
    "86.3%",
    "r-1",
    "$0.12"
  ])("is a figure or a text as it is: %s", (text) => {
    expect(csvCell(text).replace(/^"|"$/g, "")).toBe(text);
  });
});

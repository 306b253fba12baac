import {describe, expect, it} from "vitest";
import {
  bytes,
  dollars,
  durationText,
  formatFor,
  joinedNames,
  pluralText,
  percentText,
  similarityText
} from "../../../src/report/components/text/format.js";

describe("scores", () => {
  it("are percent with one decimal when all lie between 0 and 1, intervals as ranges", () => {
    const format = formatFor([0, 0.5, undefined, 1]);
    expect(format.score(0.8634)).toBe("86.3%");
    expect(format.interval(0.815, 0.9012)).toBe("81.5 to 90.1%");
    expect(format.difference(0.0212)).toBe("+2.1");
    expect(format.differences(-0.004, 0.046)).toBe("−0.4 to +4.6");
  });

  it("never show a signed zero", () => {
    const format = formatFor([]);
    expect(format.difference(-0.0001)).toBe("0.0");
    expect(format.difference(0.0001)).toBe("0.0");
  });

  it("are plain numbers when one lies outside of 0 to 1", () => {
    const format = formatFor([0.2, 31.4]);
    expect(format.score(31.4159)).toBe("31.416");
    expect(format.difference(-2.5)).toBe("−2.5");
    expect(format.interval(-5.854, -3.221)).toBe("−5.854 to −3.221");
  });

  it("are a dash when there is none: missing is not zero", () => {
    const format = formatFor([]);
    expect([format.score(undefined), format.interval(undefined, 1), format.difference(undefined)]).toEqual([
      "–",
      "–",
      "–"
    ]);
    expect([dollars(undefined), durationText(undefined), percentText(undefined)]).toEqual(["–", "–", "–"]);
  });
});

describe("other figures", () => {
  it("have a similarity of 1 only for what is equal", () => {
    expect([1, 0.9961, 0.8, undefined].map(similarityText)).toEqual(["1", "0.99", "0.80", "–"]);
  });

  it("have no dollars in exponents", () => {
    expect([0, 3.2e-7, 0.0000012, 0.05].map(dollars)).toEqual(["$0", "< $0.000001", "$0.0000012", "$0.05"]);
  });

  it("carry their units", () => {
    expect([0.42, 9.24, 214, 1500, 90_000].map(durationText)).toEqual([
      "0.4 ms",
      "9.2 ms",
      "214 ms",
      "1.5 s",
      "1.5 min"
    ]);
    expect([0, 0.00012, 0.12, 1234.5].map(dollars)).toEqual(["$0", "$0.00012", "$0.12", "$1,234.50"]);
    expect([12, 28_200, 1_204_224].map(bytes)).toEqual(["12 B", "28.2 kB", "1.2 MB"]);
  });

  it("read as English", () => {
    expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(joinedNames)).toEqual([
      "",
      "a",
      "a and b",
      "a, b and c"
    ]);
    expect([pluralText(1, "row"), pluralText(2, "row"), pluralText(1200, "row")]).toEqual([
      "1 row",
      "2 rows",
      "1,200 rows"
    ]);
  });
});

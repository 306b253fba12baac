import {describe, expect, it} from "vitest";
import {shortenedToWidth} from "../../../src/report/components/text/shortened.js";
import {textWidth} from "../../../src/report/components/text/textWidth.js";

const LONG = "organisation/an-extremely-long-model-name-with-many-parts-FP8-final2";

describe("a name that is longer than its room", () => {
  it("keeps its beginning and its end, and fits", () => {
    const found = shortenedToWidth(LONG, 200);
    expect(found).toMatch(/^organisation.*….*FP8-final2$/);
    expect(textWidth(found)).toBeLessThanOrEqual(200);
    expect(textWidth(found)).toBeGreaterThan(180);
  });

  it("stays as it is where it fits", () => {
    expect(shortenedToWidth("medium", 200)).toBe("medium");
    expect(shortenedToWidth("", 0)).toBe("");
  });

  it("counts scripts of wide characters as wide, and cuts no character in two", () => {
    expect(textWidth("通义千问")).toBeGreaterThan(textWidth("abcd"));
    const family = "👩‍👩‍👧";
    expect(
      [...new Intl.Segmenter("en").segment(shortenedToWidth(family.repeat(20), 150))].map(
        (one) => one.segment
      )
    ).toEqual(expect.arrayContaining([family, "…"]));
    expect(shortenedToWidth(family.repeat(20), 150).replaceAll(family, "")).toBe("…");
  });

  it("has no blank beside the ellipsis, and is the ellipsis alone where nothing fits", () => {
    expect(shortenedToWidth("model number 29 with a rather long suffix", 170)).not.toMatch(/ …|… /);
    expect(shortenedToWidth(LONG, 1)).toBe("…");
  });
});

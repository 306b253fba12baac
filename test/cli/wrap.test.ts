import {describe, expect, it} from "vitest";
import {barLine} from "../../src/cli/terminal/barLine.js";
import {displayWidth, shortened} from "../../src/cli/terminal/displayWidth.js";
import {wrapped} from "../../src/cli/terminal/wrap.js";
import fc from "../support/property.js";

const bold = (text: string) => `\u001b[1m${text}\u001b[22m`;

describe("the columns that a text takes", () => {
  it("are two for wide signs, flags and emoji, and none for marks and colours", () => {
    const texts = [
      "abc – Δ",
      "日本",
      "🇩🇪",
      "👩‍👩‍👧",
      "👍🏽",
      "1\ufe0f\u20e3",
      "e\u0301",
      "한",
      "ｱ",
      bold("x"),
      "\u200b"
    ];
    expect(texts.map(displayWidth)).toEqual([7, 4, 2, 2, 2, 2, 1, 2, 1, 1, 0]);
  });

  it("are not exceeded by what is cut, nor is a sign cut in two", () => {
    expect(shortened("abcdef", 6)).toBe("abcdef");
    expect(shortened("abcdef", 5)).toBe("abcd…");
    expect(shortened("日本語のモデル", 8)).toBe("日本語…");
    expect(shortened("ab👩‍👩‍👧cd", 4)).toBe("ab…");
    expect(shortened("ae\u0301iou", 3)).toBe("ae\u0301…");
  });
});

describe("prose in a terminal", () => {
  it("is broken between words, and as it is where the width is not known", () => {
    const text = "! One of four slices holds few rows.\n  Its figures say little of it.";
    expect(wrapped(text, undefined)).toBe(text);
    expect(wrapped(text, 20).split("\n")).toEqual([
      "! One of four slices",
      "  holds few rows.",
      "  Its figures say",
      "  little of it."
    ]);
  });

  it("indents the meaning of a term as its first line", () => {
    expect(wrapped("  evals/   one file of each experiment", 30)).toBe(
      "  evals/   one file of each\n           experiment"
    );
  });

  it("keeps a command in backticks on one line, and ids and paths whole", () => {
    expect(wrapped("Call `assay run routing --no-reuse` again.", 34)).toBe(
      "Call\n`assay run routing --no-reuse`\nagain."
    );
    expect(wrapped("in /a/path/that/is/longer/than/the/line here", 20)).toBe(
      "in\n/a/path/that/is/longer/than/the/line\nhere"
    );
  });

  it("counts no colours, and keeps them", () => {
    expect(wrapped(bold("one two three"), 8)).toBe("\u001b[1mone two\nthree\u001b[22m");
  });

  it("breaks Chinese and Japanese after any sign, but begins no line with a full stop", () => {
    expect(wrapped("日本語のモデル。とても長い文です", 14)).toBe("日本語のモデ\nル。とても長い\n文です");
  });

  it("loses no word, and no line is wider than the width unless one word is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z`é日]{1,12}$/), {minLength: 1}),
        fc.integer({min: 24, max: 60}),
        (words, width) => {
          const text = wrapped(words.join(" "), width);
          expect(text.replace(/\s/g, "")).toBe(words.join(""));
          for (const line of text.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        }
      )
    );
  });
});

describe("the line of a progress bar", () => {
  const state = {
    title: "routing · customers",
    value: 144,
    total: 288,
    figures: ["12/s", "1m15s left", "$0.0123", "3 failed"]
  };

  it("has a bar of forty columns where there is room", () => {
    expect(barLine(state)).toBe(
      `routing · customers [${"=".repeat(20)}${"-".repeat(20)}] 144/288 12/s 1m15s left $0.0123 3 failed`
    );
  });

  it("gives up its bar and then its title, and no figure, to fit", () => {
    expect(barLine(state, 80)).toBe(
      "routing · customers [========--------] 144/288 12/s 1m15s left $0.0123 3 failed"
    );
    expect(barLine(state, 60)).toBe("routing · custome… 144/288 12/s 1m15s left $0.0123 3 failed");
    for (let width = 42; width < 120; width++) {
      const line = barLine(state, width);
      expect(displayWidth(line)).toBeLessThan(width);
      expect(line).toContain("144/288 12/s 1m15s left $0.0123 3 failed");
    }
  });
});

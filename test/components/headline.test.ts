import {describe, expect, it} from "vitest";
import {headline} from "../../src/components/headline.js";
import type {Verdict} from "../../src/decisions/types.js";

const verdict = (kind: Verdict["kind"], set: string[]) => ({kind, set, best: set[0]}) as Verdict;

describe("a verdict's headline", () => {
  it("names the pick, and what cannot be told apart with the best first", () => {
    expect(headline(verdict("pick", ["large"]))).toBe("Pick large");
    expect(headline(verdict("tie", ["large", "medium"]))).toBe("A tie: large and medium");
    const undecided: Verdict = {...verdict("need-more", ["small", "large", "medium"]), best: "large"};
    expect(headline(undecided)).toBe("Too close to call: large, small and medium");
  });

  it("counts the others when there are many", () => {
    expect(headline(verdict("need-more", ["a", "b", "c", "d"]))).toBe("Too close to call: a and 3 others");
  });

  it("says that nothing is decided when nothing was scored", () => {
    expect(headline(verdict("no-scores", []))).toBe("Nothing to decide yet");
  });
});

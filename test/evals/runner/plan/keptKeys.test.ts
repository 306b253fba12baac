import {expect, it} from "vitest";
import {sha256} from "../../../../src/base/system/index.js";
import {KeptKeys} from "../../../../src/evals/runner/plan/keptKeys.js";

it("gives each request's key and tokens back, and leaves room for requests without a key between them", () => {
  const kept = new KeptKeys(5);
  const keys = ["a", "b", "c"].map((text) => sha256(text));
  for (const [i, n] of [0, 2, 4].entries()) kept.keep(n, keys[i]!, 100_000 + n);
  expect([0, 2, 4].map((n) => kept.keyOf(n))).toEqual(keys);
  expect([0, 2, 4].map((n) => kept.tokensOf(n))).toEqual([100_000, 100_002, 100_004]);
});

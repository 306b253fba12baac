import {expect, it} from "vitest";
import {worthTraining} from "../../../src/evals/distillation/worthTraining.js";

const gain = {
  fromRows: 500,
  toRows: 1000,
  difference: 0.02,
  low: 0,
  high: 0.04,
  mayPay: true
};
const of = (told: Partial<Parameters<typeof worthTraining>[0]>) =>
  worthTraining({
    verdict: "non-inferior",
    drifted: [],
    newRows: 100,
    goneRows: 0,
    gain,
    margin: 0.02,
    scale: "proportion",
    ...told
  });

it("another training may pay where new rows may gain the margin by the last step of the curve", () => {
  expect(of({newRows: 249}).worth).toBe(false);
  expect(of({newRows: 250})).toEqual({worth: true, because: "250 new rows gain at most 2.0 points"});
  expect(of({newRows: 5000, gain: {...gain, high: -0.01}}).worth).toBe(false);
});

it("another training may pay after drift and where the model in use is worse, but not on the same rows", () => {
  expect(of({drifted: ["label"]})).toEqual({worth: true, because: "drift of label, 100 new rows"});
  expect(of({verdict: "inferior"}).worth).toBe(true);
  expect(of({verdict: "inferior", newRows: 0, goneRows: 3}).worth).toBe(true);
  expect(of({verdict: "inferior", drifted: ["label"], newRows: 0}).worth).toBe(false);
});

it("without a curve another training is for a model that is not shown to be no worse", () => {
  expect(of({gain: undefined}).worth).toBe(false);
  expect(of({gain: undefined, verdict: "undecided"}).worth).toBe(true);
  expect(of({gain: undefined, verdict: undefined}).worth).toBe(true);
});

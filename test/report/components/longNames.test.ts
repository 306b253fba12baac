import {beforeAll, describe, expect, it} from "vitest";
import {forestPlot} from "../../../src/report/components/charts/forestPlot.js";
import {formatFor} from "../../../src/report/components/text/format.js";
import {intervalPlot} from "../../../src/report/components/verdict/intervalPlot.js";
import {labelPlot} from "../../../src/report/components/data/labelPlot.js";
import {gapPlot} from "../../../src/report/components/splits/splitGap.js";
import {raceLanes} from "../../../src/report/components/races/raceLanes.js";
import {endsOf, shownIn, titles, useDocument, written} from "./support/drawn.js";

const LONG = "organisation/an-extremely-long-model-name-with-many-parts-Instruct-2507-FP8-dynamic-quantised";
const NAMES = [LONG, "short"];
const made = {what: "w", n: "n", term: "mean" as const, sql: "select 1"};
const plain = formatFor([-3, 8]);
let width = 1100;

const lines = NAMES.map((label) => ({label, difference: -3.175, low: -13.542, high: -2.809, rows: 9}));
const summaries = NAMES.map((candidate) => ({
  candidate,
  mean: 3.341,
  low: -12.802,
  high: 13.88,
  scored: 5,
  planned: 9
}));
const verdict = {summaries, set: ["short"], alpha: 0.05, scale: "plain"} as unknown as Parameters<
  typeof intervalPlot
>[0];
const gaps = {
  random: "a",
  other: "b",
  otherName: "group",
  gaps: NAMES.map((candidate) => ({candidate, difference: 0.1, low: 0, high: 0.2}))
};
const course = {
  settings: {rows: 100},
  rounds: [{rows: 50, dropped: [{candidate: LONG}], standings: [{candidate: "short"}]}],
  outcome: {set: ["short"]}
} as unknown as Parameters<typeof raceLanes>[1];

const PLOTS = {
  "intervals of candidates": () => intervalPlot(verdict, {scorer: "raw", run: "r"}),
  differences: () =>
    forestPlot(lines, {label: "l", axis: "a minus b", format: plain, margin: 0, alpha: 0.05, made}),
  "gaps between splits": () => gapPlot(gaps, formatFor([])),
  "lanes of a race": () => raceLanes("race", course),
  labels: () => labelPlot("d", {version: "v", labels: NAMES.map((label) => ({label, rows: 3}))})
};

/** Texts that leave their picture. */
const outside = (box: Element) =>
  [...box.querySelectorAll("svg text")].filter((text) => {
    const [left, right] = endsOf(text);
    return left < 0 || right > width;
  });

describe("a plot with long names", () => {
  beforeAll(() => useDocument(() => width));

  for (const [name, draw] of Object.entries(PLOTS))
    it(`shortens them, whole in their titles, on any screen: ${name}`, () => {
      for (width of [1100, 334]) {
        const box = shownIn(draw());
        const shown = written(box);
        expect(titles(box)).toEqual([LONG]);
        expect(shown).toContain("short");
        expect(shown.filter((text) => /^organ.*….*ised$/.test(text))).toHaveLength(1);
        expect(outside(box)).toEqual([]);
        expect(box.querySelector(".walk")).not.toBeNull();
      }
    });

  it("keeps the room that the figures beside the lines take", () => {
    width = 1100;
    for (const draw of [PLOTS.differences, PLOTS["intervals of candidates"]]) {
      const box = shownIn(draw());
      const figures = written(box).filter((text) => /\d {2}[(\u2212]/.test(text));
      expect(figures).toHaveLength(2);
      expect(outside(box)).toEqual([]);
    }
  });

  it("shows a label of nothing by its word", () => {
    const box = shownIn(labelPlot("d", {version: "v", labels: [{label: "(empty)", rows: 1}]}));
    expect(written(box)).toContain("(empty)");
  });
});

import {beforeAll, describe, expect, it} from "vitest";
import {frontierPlot} from "../../../src/report/components/costs/costFrontier.js";
import {formatFor} from "../../../src/report/components/text/format.js";
import {logTicks} from "../../../src/report/components/charts/chart.js";
import {shownIn, titles, useDocument, written} from "./support/drawn.js";

const made = {what: "w", n: "n", term: "cost" as const, sql: "select 1"};
const LONG = "organisation/an-extremely-long-model-name-with-many-parts-Instruct-2507-FP8-dynamic-quantised";
let width = 1100;

function plot(of: [name: string, usd: number, mean: number, onFrontier: boolean][]): HTMLElement {
  const table = of.map(([name, usdPerThousand, mean, onFrontier]) => ({
    sample: {name, rows: 50, hostings: [], quality: {mean, low: mean - 0.05, high: mean + 0.02}},
    usdPerThousand,
    low: usdPerThousand * 0.9,
    high: usdPerThousand * 1.1,
    onFrontier,
    unknown: []
  }));
  return shownIn(
    frontierPlot(table as unknown as Parameters<typeof frontierPlot>[0], {
      scorer: "accuracy",
      format: formatFor([]),
      made
    })
  );
}

describe("cost against quality", () => {
  beforeAll(() => useDocument(() => width));

  it("labels its axis of cost often enough to read a cost off it, on a phone too", () => {
    for (width of [1100, 334]) {
      const texts = written(
        plot([
          ["a", 0.06, 0.9, true],
          ["b", 15, 0.95, true],
          ["c", 30, 0.7, false]
        ])
      );
      expect(texts.filter((text) => text.startsWith("$")).length).toBeGreaterThanOrEqual(3);
    }
  });

  it("has a grid line at every tick of quality", () => {
    width = 1100;
    const box = plot([
      ["a", 1, 0.78, true],
      ["b", 3, 0.86, true]
    ]);
    const lines = [...box.querySelectorAll("svg g[stroke='var(--line)'] line")].map((line) =>
      line.getAttribute("y1")
    );
    const ticks = written(box).filter((text) => /^\d\d$/.test(text));
    expect(lines).toHaveLength(ticks.length);
  });

  it("names all of few choices beside their points, and of many those on the frontier", () => {
    width = 1100;
    const few = written(
      plot([
        ["a", 1, 0.78, true],
        ["b", 3, 0.86, true],
        ["c", 2.5, 0.8, false]
      ])
    );
    for (const name of ["a", "b", "c"]) expect(few).toContain(name);
    const many = Array.from({length: 30}, (_, i): [string, number, number, boolean] => [
      `m${i}`,
      1 + (i % 7) / 100,
      0.5 + i / 70,
      i === 29
    ]);
    expect(written(plot(many)).filter((text) => /^m\d/.test(text))).toEqual(["m29"]);
  });

  it("shortens a long name, whole in its title", () => {
    const box = plot([
      [LONG, 1, 0.78, true],
      ["b", 3, 0.86, true]
    ]);
    expect(titles(box)).toEqual([LONG]);
    expect(written(box).filter((text) => /^organisation.*…/.test(text))).toHaveLength(1);
  });

  it("takes round numbers for ticks, no more than there is room for", () => {
    expect(logTicks(0.06, 33, 4)).toEqual([0.1, 1, 10]);
    expect(logTicks(0.06, 33, 9)).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10, 20]);
    expect(logTicks(0.21, 2, 10)).toEqual([0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.5, 2]);
    expect(logTicks(1e-7, 1e7, 3)).toHaveLength(15);
  });
});

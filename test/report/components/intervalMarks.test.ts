import {plot} from "@observablehq/plot";
import {beforeAll, describe, expect, it} from "vitest";
import {intervalMarks} from "../../../src/report/components/charts/intervalMarks.js";
import {useDocument} from "./support/drawn.js";

interface Line {
  name: string;
  mean: number;
  ends?: [number, number];
}

const LINES: Line[] = [
  {name: "a", mean: 5, ends: [0, 10]},
  {name: "b", mean: 7}
];

const drawn = (options: Partial<Parameters<typeof intervalMarks<Line>>[1]> = {}) =>
  plot({
    document,
    marks: intervalMarks(LINES, {
      line: "name",
      at: ({mean}) => mean,
      ends: ({ends}) => ends,
      color: "red",
      ...options
    })
  });

describe("an interval", () => {
  beforeAll(() => useDocument(() => 600));

  it("is a bar from end to end with a point on it; an estimate without one has the point alone", () => {
    const picture = drawn();
    const bars = [...picture.querySelectorAll("line")].filter((bar) => bar.closest("[stroke-linecap=round]"));
    expect(bars).toHaveLength(1);
    const [low, high] = ["x1", "x2"].map((name) => Number(bars[0]!.getAttribute(name)));
    const points = [...picture.querySelectorAll("circle")].map((point) => Number(point.getAttribute("cx")));
    expect(points).toHaveLength(2);
    expect(points[0]).toBeCloseTo((low! + high!) / 2);
  });

  it("stands upright where its lines lie side by side", () => {
    const [bar] = drawn({upright: true}).querySelectorAll("[stroke-linecap=round] line");
    expect(bar!.getAttribute("y1")).not.toBe(bar!.getAttribute("y2"));
    expect(bar!.getAttribute("x1")).toBe(bar!.getAttribute("x2"));
  });

  it("has a hollow point where the inside has a color of its own", () => {
    const point = drawn({inside: () => "white"}).querySelector("circle")!;
    const of = (name: string) => point.getAttribute(name) ?? point.closest(`g[${name}]`)?.getAttribute(name);
    expect([of("fill"), of("stroke")]).toEqual(["white", "red"]);
  });
});

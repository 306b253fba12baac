import {describe, expect, it} from "vitest";
import {labelPlaces, type WantedLabel} from "../../src/components/labelPlaces.js";
import {rng} from "../../src/stats/index.js";

const label = (x: number, y: number, text = "medium", side: "left" | "right" = "right"): WantedLabel => ({
  x,
  y,
  text,
  side
});

/** Pairs of labels that lie on one another. */
function overlaps(labels: readonly WantedLabel[]): number {
  const boxes = labelPlaces(labels).map((dy, i) => {
    const {x, y, text, side} = labels[i]!;
    const width = 7 * text.length;
    const left = side === "right" ? x + 8 : x - 8 - width;
    return {left, right: left + width, y: y + dy};
  });
  return boxes.flatMap((a, i) =>
    boxes.slice(i + 1).filter((b) => a.left < b.right && b.left < a.right && Math.abs(a.y - b.y) < 15)
  ).length;
}

describe("labels of points", () => {
  it("stand just above their points where there is room", () => {
    expect(labelPlaces([label(0, 100), label(200, 100), label(0, 160)])).toEqual([-9, -9, -9]);
  });

  it("get lines of their own where points coincide", () => {
    const five = Array.from({length: 5}, () => label(300, 200));
    expect(overlaps(five)).toBe(0);
    expect(new Set(labelPlaces(five)).size).toBe(5);
  });

  it("do not lie on each other from two sides either, nor on others of random places", () => {
    expect(overlaps([label(100, 50, "a long name"), label(180, 52, "another name", "left")])).toBe(0);
    const draw = rng("labels");
    const many = Array.from({length: 12}, (_, i) =>
      label(draw() * 600, draw() * 300, `candidate ${i}`, draw() < 0.5 ? "left" : "right")
    );
    expect(overlaps(many)).toBe(0);
  });

  it("leave bars clear where there is room, and lie on one before they lie on each other", () => {
    const bar = {left: 20, right: 60, top: 85, bottom: 95};
    expect(labelPlaces([label(0, 100)], [bar])).toEqual([13.5]);
    expect(labelPlaces([label(0, 100)], [{...bar, left: 100, right: 120}])).toEqual([-9]);
    const wall = {left: 20, right: 60, top: -500, bottom: 500};
    expect(overlaps([label(0, 100), label(0, 100)])).toBe(0);
    expect(new Set(labelPlaces([label(0, 100), label(0, 100)], [wall])).size).toBe(2);
  });

  it("stay where they want to be when nothing is free", () => {
    const twenty = Array.from({length: 20}, () => label(0, 0));
    expect(labelPlaces(twenty).at(-1)).toBe(-9);
    expect(labelPlaces([])).toEqual([]);
  });
});

import {describe, expect, it} from "vitest";
import {
  type Box,
  type LabelPlace,
  labelPlaces,
  type WantedLabel
} from "../../../src/report/components/charts/labelPlaces.js";
import {rng} from "../../../src/base/stats/index.js";

const WIDTH = 70;
const frame: Box = {left: 0, right: 700, top: 0, bottom: 400};

const label = (x: number, y: number, width = WIDTH): WantedLabel => ({x, y, width});

const placed = (labels: readonly WantedLabel[], bars: readonly Box[] = [], within = frame) =>
  labelPlaces(labels, {frame: within, points: labels, bars});

const boxOf = ({left, y}: LabelPlace, width = WIDTH): Box => ({
  left,
  right: left + width,
  top: y - 6,
  bottom: y + 6
});

const meet = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const away = ({x, y}: {x: number; y: number}, {left, right, top, bottom}: Box) =>
  Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));

describe("labels of points", () => {
  it("stand just above their points on the right, or on the left where the picture ends", () => {
    expect(placed([label(100, 100), label(300, 100)])).toEqual([
      {left: 108, y: 91},
      {left: 308, y: 91}
    ]);
    expect(placed([label(680, 100)])).toEqual([{left: 680 - 8 - WIDTH, y: 91}]);
  });

  it("have a line to their point where they stand away from it, and places of their own where points coincide", () => {
    const eight = Array.from({length: 8}, () => label(300, 200));
    const found = placed(eight);
    expect(found.filter((one) => one?.leader).length).toBeGreaterThan(0);
    for (const one of found)
      expect(away(eight[0]!, boxOf(one!)) < 16 || one!.leader !== undefined).toBe(true);
    expect(new Set(found.map((one) => `${one!.left} ${one!.y}`)).size).toBe(8);
  });

  it("lie on no other label and no point, stay in the picture, and are nearest to their own point without a line", () => {
    for (const seed of ["a", "b", "c", "d"]) {
      const draw = rng(seed);
      const many = Array.from({length: 14}, () => label(draw() * 700, 60 + draw() * 300));
      const found = placed(many);
      expect(found.filter((one) => one).length).toBeGreaterThan(9);
      found.forEach((one, i) => {
        if (!one) return;
        const box = boxOf(one);
        expect(box.left >= 0 && box.right <= 700 && box.top >= 0 && box.bottom <= 400).toBe(true);
        for (const other of found.slice(i + 1)) expect(other && meet(box, boxOf(other))).not.toBe(true);
        many.forEach((point, j) => {
          expect(away(point, box)).toBeGreaterThan(5);
          if (i !== j && !one.leader) expect(away(point, box)).toBeGreaterThan(away(many[i]!, box));
        });
      });
    }
  });

  it("leave bars clear where there is room near", () => {
    const bar = {left: 110, right: 170, top: 85, bottom: 95};
    const [one] = placed([label(100, 100)], [bar]);
    expect(meet(boxOf(one!), bar)).toBe(false);
    const wall = {left: 0, right: 700, top: 0, bottom: 400};
    expect(placed([label(100, 100)], [wall])).toEqual([{left: 108, y: 91}]);
  });

  it("are left out where nothing is free, those named last first", () => {
    const small = {left: 0, right: 200, top: 0, bottom: 60};
    const found = placed(
      Array.from({length: 20}, () => label(100, 30)),
      [],
      small
    );
    expect(found[0]).toBeDefined();
    expect(found.at(-1)).toBeUndefined();
    expect(placed([label(100, 30, 900)], [], small)).toEqual([undefined]);
    expect(placed([])).toEqual([]);
  });
});

import type * as Plot from "@observablehq/plot";
import {svg} from "htl";
import {alongLine, type Box, labelPlaces, type Spot} from "./labelPlaces.js";
import {shortenedToWidth} from "../text/shortened.js";
import {textWidth} from "../text/textWidth.js";

/** Of a picture's width that a name takes at most. */
const SHARE = 0.42;
const MOST = 240;
/** Half the width of an interval's bar. */
const BAR = 2;
/** Where a line to a name begins, from the middle of its point. */
const EDGE = 7;

/** A point of a plot in the units of its scales, with its intervals. */
export interface NamedPoint {
  name: string;
  x: number;
  y: number;
  across?: readonly [low: number, high: number];
  upright?: readonly [low: number, high: number];
}

export interface PointNamesOptions {
  /** All points: no name lies on one. */
  points: readonly Omit<NamedPoint, "name">[];
  /** Those that get a name; the first choose first. */
  named: readonly NamedPoint[];
  /** Lines that names leave clear where they can. */
  lines?: readonly (readonly Spot[])[];
}

/** Names of points, beside them or with a line to them; one that finds no room is left out. */
export function pointNames({points, named, lines = []}: PointNamesOptions): Plot.RenderFunction {
  return (_index, scales, _values, {width, height, marginTop, marginLeft, marginBottom}) => {
    const [x, y] = [scales.x!, scales.y!] as ((value: number) => number)[];
    const at = (point: Spot) => ({x: x!(point.x), y: y!(point.y)});
    const bars = points.flatMap(({across, upright, ...point}): Box[] => {
      const {x: left, y: top} = at(point);
      return [
        ...(across ? [{left: x!(across[0]), right: x!(across[1]), top: top - BAR, bottom: top + BAR}] : []),
        ...(upright
          ? [{left: left - BAR, right: left + BAR, top: y!(upright[1]), bottom: y!(upright[0])}]
          : [])
      ];
    });
    const texts = named.map(({name}) => shortenedToWidth(name, Math.min(MOST, SHARE * width)));
    const places = labelPlaces(
      named.map((point, i) => ({...at(point), width: textWidth(texts[i]!)})),
      {
        frame: {left: marginLeft, right: width - 4, top: marginTop - 4, bottom: height - marginBottom},
        points: points.map(at),
        bars: [...bars, ...lines.flatMap((one) => lineBoxes(one.map(at)))]
      }
    );
    return svg`<g>${places.map((place, i) => {
      if (!place) return null;
      const {name} = named[i]!;
      const title = texts[i] === name ? null : svg`<title>${name}</title>`;
      return svg`<g>${place.leader ? line(at(named[i]!), place.leader) : null}<text x=${place.left} y=${place.y} dy="0.32em" text-anchor="start"
        fill="currentColor" stroke="var(--surface)" stroke-width="4" stroke-linejoin="round" paint-order="stroke">${texts[i]}${title}</text></g>`;
    })}</g>` as SVGElement;
  };
}

function lineBoxes(spots: readonly Spot[]): Box[] {
  return spots
    .flatMap((spot, i) => (i === 0 ? [] : alongLine(spots[i - 1]!, spot)))
    .map(({x, y}) => ({left: x - BAR, right: x + BAR, top: y - BAR, bottom: y + BAR}));
}

function line(from: Spot, to: Spot): SVGElement {
  const share = EDGE / Math.hypot(to.x - from.x, to.y - from.y);
  return svg`<line x1=${from.x + share * (to.x - from.x)} y1=${from.y + share * (to.y - from.y)} x2=${to.x} y2=${to.y}
    stroke="var(--quiet)"></line>` as SVGElement;
}

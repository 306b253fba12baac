import * as Plot from "@observablehq/plot";
import {shortenedToWidth} from "../text/shortened.js";
import {textWidth} from "../text/textWidth.js";

/** Pixels that a name beside its line takes at most, and between it and the lines. */
const MOST = 270;
const BESIDE = 10;
const EDGE = 4;

export interface LineNamesOptions {
  /** Of the whole picture, in pixels. */
  width: number;
  /** Names stand above their lines by so many pixels, for want of room beside them. */
  above?: number;
  /** Pixels that a name beside its line takes at most. */
  most?: number;
}

/**
 * The names of lines below each other, which are the domain of y: a mark, and the margin that it needs. A name that is too long is
 * shortened and whole in its title.
 */
export function lineNames(
  names: readonly string[],
  {width, above, most = MOST}: LineNamesOptions
): {marginLeft: number; mark: Plot.Markish} {
  const room = above === undefined ? Math.min(most, width * 0.4) : width - 2 * EDGE;
  const shown = new Map(names.map((name) => [name, shortenedToWidth(name, room)]));
  const widest = Math.max(0, ...[...shown.values()].map(textWidth));
  const text = (name: string) => shown.get(name)!;
  const title = (name: string) => (text(name) === name ? "" : name);
  if (above === undefined)
    return {
      marginLeft: Math.ceil(widest) + BESIDE + EDGE,
      mark: Plot.axisY({tickSize: 0, tickPadding: BESIDE, tickFormat: text, title})
    };
  return {
    marginLeft: EDGE,
    mark: Plot.text(names, {
      y: (name: string) => name,
      frameAnchor: "left",
      textAnchor: "start",
      dy: -above,
      text,
      title,
      fill: "currentColor",
      stroke: "var(--surface)",
      strokeWidth: 4
    })
  };
}

/** Digits of one width may be wider than others. */
const TABULAR = 1.05;

/** The margin that figures right of their lines need, ten pixels beside them. */
export function figuresMargin(texts: readonly string[]): number {
  return Math.ceil(Math.max(0, ...texts.map(textWidth)) * TABULAR) + BESIDE + EDGE;
}

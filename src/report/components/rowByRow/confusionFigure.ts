import {cutText} from "../text/shortened.js";
import {html, svg} from "htl";
import type {Confusion} from "../../../base/stats/index.js";
import {linkTo} from "../address/address.js";
import {confusedRows, confusionText, rowsOfClass} from "./confusionText.js";
import {select, slider} from "../inputs/inputs.js";
import {labelText} from "../rows/otherAnswers.js";
import {figureFoot, type Provenance} from "../notes/made.js";
import {figureButtons} from "../notes/saving.js";
import {type ReadableStop, walkable} from "../charts/walk.js";

/** Pixels a class takes: from all classes at a glance to names that can be read. */
const SIZES = [2, 4, 6, 8, 11, 14, 18, 24];
const READABLE = 11;
const NAMES = 150;
/** Room around a picture without names, and what a phone leaves beside it. */
const EDGES = 16;
const MARGINS = 70;

/**
 * A matrix of many classes: a line an expected class, a column an answer, right answers in one colour and wrong ones in another, the
 * stronger the larger their share of the line. It can be zoomed, and classes put in another order.
 */
export function confusionFigure(
  title: string,
  matrix: Confusion,
  {classes, candidate, made}: {classes: number; candidate: string; made: Provenance}
): HTMLElement {
  const orders = [
    {label: "Classes that are taken for each other together", id: "together", value: nearby(matrix, classes)},
    {label: "Most rows first", id: "rows", value: sorted(classes, (i) => -rowsOfClass(matrix, i))},
    {label: "Least often right first", id: "right", value: sorted(classes, (i) => rightShare(matrix, i))},
    {label: "By name", id: "name", value: sorted(classes, () => 0)}
  ];
  const order = select(orders, {label: "Order", key: "order"});
  const zoom = slider({
    label: "Zoom",
    key: "zoom",
    min: 0,
    max: SIZES.length - 1,
    value: firstZoom(classes, matrix.labels.length),
    write: (value) => `${SIZES[value]} px a class`
  });
  const place = html`<div class="scroll" role="region" aria-label=${title} tabindex="0"></div>`;
  const show = (event?: Event) => {
    event?.stopPropagation();
    place.replaceChildren(drawn(title, matrix, {order: order.value, size: SIZES[zoom.value]!, candidate}));
  };
  for (const input of [order, zoom]) input.addEventListener("input", show);
  show();
  return html`<div class="framed">
    <div class="form">${order}${zoom}</div>
    ${place}${figureFoot(
      made,
      figureButtons(() => place.querySelector("svg"))
    )}
    <p class="small">
      A line is an expected class, a column an answer, in the same order; answers that no row expects stand on
      the right. Point at a cell to read it, or walk through them with the arrow keys; a click or Enter leads
      to its rows.
    </p>
  </div>`;
}

interface ShownClasses {
  candidate: string;
  order: readonly number[];
  size: number;
}

function drawn(title: string, matrix: Confusion, {order, size, candidate}: ShownClasses): HTMLElement {
  const {labels, counts} = matrix;
  const classes = order.length;
  const columns = [...order, ...labels.map((_, j) => j).slice(classes)];
  const margin = size >= READABLE ? NAMES : 8;
  const width = margin + columns.length * size + 8;
  const height = margin + classes * size + 8;
  const stops: ReadableStop[] = [];
  const cells = order.flatMap((i, y) => {
    const total = rowsOfClass(matrix, i);
    return columns.flatMap((j, x) => {
      const value = counts[i]![j]!;
      if (value === 0) return [];
      const text = confusionText(matrix, i, j);
      const rows = confusedRows(matrix, {i, j, candidate});
      const href = rows && linkTo("./examples", {show: "all", ...rows});
      stops.push({x: margin + (x + 0.5) * size, y: margin + (y + 0.5) * size, text, href});
      return [
        svg`<rect x=${margin + x * size} y=${margin + y * size} width=${size - 0.5} height=${size - 0.5}
          fill=${i === j ? "var(--good)" : "var(--bad)"} fill-opacity=${(0.2 + 0.8 * Math.sqrt(value / total)).toFixed(2)}><title>${text}</title></rect>`
      ];
    });
  });
  const names =
    size < READABLE
      ? []
      : [
          ...order.map(
            (i, y) =>
              svg`<text x=${margin - 5} y=${margin + (y + 0.5) * size} dy="0.35em" text-anchor="end">${cutText(labelText(labels[i]!), 22)}</text>`
          ),
          ...columns.map(
            (j, x) =>
              svg`<text transform=${`translate(${margin + (x + 0.5) * size},${margin - 5}) rotate(-90)`} dy="0.35em">${cutText(labelText(labels[j]!), 22)}</text>`
          )
        ];
  const side = classes * size;
  const picture = svg`<svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="img"
    aria-label=${`${title}: ${classes} classes, expected by answered; the table of classes has the figures`}
    font-size=${Math.min(12, size - 1)} fill="currentColor">
    <rect x=${margin} y=${margin} width=${columns.length * size} height=${side} fill="none" stroke="var(--line)"></rect>
    ${cells}${names}
  </svg>`;
  return walkable(picture, stops);
}

/** Names that can be read; on a phone all classes at once. */
function firstZoom(classes: number, columns: number): number {
  if (innerWidth > 600) return SIZES.findIndex((size) => size * classes >= 700 || size === READABLE);
  const fitting = SIZES.filter((size) => size < READABLE && size * columns + EDGES <= innerWidth - MARGINS);
  return Math.max(0, fitting.length - 1);
}

function rightShare(matrix: Confusion, i: number): number {
  const total = rowsOfClass(matrix, i);
  return total === 0 ? 2 : matrix.counts[i]![i]! / total;
}

function sorted(classes: number, by: (i: number) => number): number[] {
  return Array.from({length: classes}, (_, i) => i).sort((a, b) => by(a) - by(b) || a - b);
}

/** A chain from the largest class on, each followed by the one left that it is most often taken for or that is taken for it. */
function nearby(matrix: Confusion, classes: number): number[] {
  const {counts} = matrix;
  const left = new Set(sorted(classes, (i) => -rowsOfClass(matrix, i)));
  const chain: number[] = [];
  while (left.size > 0) {
    const last = chain.at(-1);
    let next: number | undefined;
    let most = 0;
    if (last !== undefined)
      for (const i of left) {
        const between = counts[last]![i]! + counts[i]![last]!;
        if (between > most) [next, most] = [i, between];
      }
    next ??= left.values().next().value!;
    left.delete(next);
    chain.push(next);
  }
  return chain;
}

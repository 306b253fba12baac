import {displayWidth} from "./displayWidth.js";
import type {TableColumn} from "./table.js";
import {widestWord} from "./wrap.js";

/** Below these a text says too little. */
const LEAST = {name: 12, excerpt: 20, prose: 18};

interface ColumnRoom {
  titles: readonly string[];
  /** Columns of the terminal for all cells of a line together. */
  space: number;
}

/**
 * The width of each column so that a line fits: first headings wrap, then the widest texts give way. Undefined when the
 * narrowest widths are too many columns still.
 */
export function fittedWidths<T>(
  cells: readonly string[][],
  columns: readonly TableColumn<T>[],
  {titles, space}: ColumnRoom
): number[] | undefined {
  const inside = columns.map((_, c) => cells.reduce((most, row) => Math.max(most, displayWidth(row[c]!)), 0));
  const widths = titles.map((title, c) => Math.max(displayWidth(title), inside[c]!));
  if (sum(widths) <= space) return widths;
  const words = titles.map(widestWord);
  narrow(
    widths,
    words.map((word, c) => Math.max(word, inside[c]!)),
    space
  );
  if (sum(widths) <= space) return widths;
  const least = columns.map((column, c) => Math.max(words[c]!, leastWidth(column, cells, c, inside[c]!)));
  if (sum(least) > space) return undefined;
  narrow(widths, least, space);
  return widths;
}

function leastWidth<T>(
  {text}: TableColumn<T>,
  cells: readonly string[][],
  c: number,
  inside: number
): number {
  if (text === undefined) return inside;
  const texts = [...new Set(cells.map((row) => row[c]!))];
  const needed = text === "name" ? apartWidth(texts) : text === "prose" ? longestWord(texts) : 0;
  return Math.min(inside, Math.max(LEAST[text], needed));
}

/** The width at which no two of the texts are cut to the same one. */
function apartWidth(texts: string[]): number {
  return texts.sort().reduce((most, text, i) => {
    const before = texts[i - 1] ?? "";
    let same = 0;
    while (same < text.length && text[same] === before[same]) same++;
    // The first sign that differs, which may be a wide one, and “…”.
    return Math.max(most, displayWidth(text.slice(0, same)) + 3);
  }, 0);
}

function longestWord(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, widestWord(text)), 0);
}

/** Takes from the widest column that may still give, one by one, until all fit. */
function narrow(widths: number[], least: readonly number[], space: number): void {
  for (let over = sum(widths) - space; over > 0; over--) {
    let widest = -1;
    for (const [c, width] of widths.entries())
      if (width > least[c]! && width > (widths[widest] ?? 0)) widest = c;
    if (widest < 0) return;
    widths[widest]!--;
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

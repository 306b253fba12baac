import {displayWidth, MISSING, padded} from "./displayWidth.js";
import {bold} from "./escapes.js";
import {wrappedLine} from "./wrap.js";

const GAP = 3;

/** A column of the table: its name with what parts it from the value, and the width of its widest value. */
interface BlockPair {
  column: number;
  name: string;
  widest: number;
}

/** Widths of the names and the values that stand below one another. */
interface BlockPlace {
  name: number;
  value: number;
}

/**
 * Each row as a block of `name: value`, with an empty line between rows. Short ones stand beside one another, as many as fit and
 * each under that of the line above; long ones have a line of their own.
 */
export function blockLines(table: readonly string[][], titles: readonly string[], width: number): string[] {
  // Without a name, what is missing says nothing.
  const cells = table.map((row) => row.map((text, c) => (titles[c] === "" && text === MISSING ? "" : text)));
  const pairs = titles.map((title, column) => ({
    column,
    name: title === "" ? "" : `${title}: `,
    widest: cells.reduce((most, row) => Math.max(most, displayWidth(row[column]!)), 0)
  }));
  const {lines, places} = placed(pairs, width);
  return cells.flatMap((row, r) => {
    const own = lines.flatMap((line) => {
      const shown = line.filter(({column}) => row[column] !== "");
      if (shown.length === 0) return [];
      const texts = line.map(({column, name}, at) => named(name, row[column]!, places[at]!));
      return line.length > 1
        ? [texts.join(" ".repeat(GAP)).trimEnd()]
        : wrappedLine(texts[0]!.trimEnd(), width, places[0]!.name);
    });
    return r === 0 ? own : ["", ...own];
  });
}

function named(name: string, value: string, place: BlockPlace): string {
  if (value === "") return " ".repeat(place.name + place.value);
  return padded(name === "" ? "" : bold(name.trimEnd()), place.name) + padded(value, place.value);
}

/** The pairs in lines, of as many as fit. */
function placed(pairs: readonly BlockPair[], width: number): {lines: BlockPair[][]; places: BlockPlace[]} {
  for (let count = pairs.length; count > 1; count--) {
    const lines = linesOf(pairs, count, width);
    const places = placesOf(lines);
    if (places.reduce((sum, {name, value}) => sum + name + value + GAP, -GAP) <= width)
      return {lines, places};
  }
  const lines = pairs.map((pair) => [pair]);
  return {lines, places: placesOf(lines)};
}

function linesOf(pairs: readonly BlockPair[], count: number, width: number): BlockPair[][] {
  const lines: BlockPair[][] = [];
  let open: BlockPair[] | undefined;
  for (const pair of pairs) {
    const isLong = displayWidth(pair.name) + pair.widest > (width - GAP) / 2;
    if (!isLong && open && open.length < count) open.push(pair);
    else lines.push((open = [pair]));
    if (isLong) open = undefined;
  }
  return lines;
}

function placesOf(lines: readonly BlockPair[][]): BlockPlace[] {
  const places: BlockPlace[] = [];
  for (const line of lines)
    line.forEach(({name, widest}, at) => {
      const place = (places[at] ??= {name: 0, value: 0});
      place.name = Math.max(place.name, displayWidth(name));
      if (line.length > 1) place.value = Math.max(place.value, widest);
    });
  return places;
}

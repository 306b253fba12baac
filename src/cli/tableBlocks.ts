import {displayWidth, padded} from "./displayWidth.js";
import {bold} from "./escapes.js";
import {wrappedLine} from "./wrap.js";

const GAP = 3;

/** Each row as a block of `name: value`, as many beside one another as fit, with an empty line between rows. */
export function blockLines(cells: readonly string[][], titles: readonly string[], width: number): string[] {
  const names = titles.map((title) => (title === "" ? "" : `${title}:`));
  const indent = Math.max(...names.map(displayWidth)) + 1;
  const widest = cells.reduce((most, row) => Math.max(most, ...row.map(displayWidth)), 0);
  const pair = indent + widest;
  const beside = Math.floor((width + GAP) / (pair + GAP));
  return cells.flatMap((row, r) => {
    const pairs = row.flatMap((text, c) => (text === "" ? [] : [named(names[c]!, indent) + text]));
    const lines =
      beside > 1
        ? besideOneAnother(pairs, beside, pair)
        : pairs.flatMap((line) => wrappedLine(line, width, indent));
    return r === 0 ? lines : ["", ...lines];
  });
}

const named = (name: string, width: number) => padded(name === "" ? "" : bold(name), width);

function besideOneAnother(pairs: readonly string[], count: number, width: number): string[] {
  return Array.from({length: Math.ceil(pairs.length / count)}, (_, line) =>
    pairs
      .slice(line * count, (line + 1) * count)
      .map((text) => padded(text, width))
      .join(" ".repeat(GAP))
      .trimEnd()
  );
}

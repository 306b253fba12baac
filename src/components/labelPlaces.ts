/** A label that wants to stand beside a point, in pixels. */
export interface WantedLabel {
  x: number;
  y: number;
  text: string;
  /** On which side of the point it stands. */
  side: "left" | "right";
}

/** What a label is not to lie on, in pixels. */
export interface Obstacle {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const CHARACTER = 7;
const LINE = 15;
/** From the middle of a label to the edge of its letters. */
const HALF = 6;
const BESIDE = 8;
const ABOVE = -9;
/** Tried one after the other, in lines from where it wants to stand. */
const STEPS = [0, 1.5, -1, 2.5, -2, 3.5, -3, 4.5, -4];

/**
 * How far above or below its point each label stands, in pixels: as near as it can without lying on one placed before it, nor on an
 * obstacle where that can be had. Where every place is taken it stays where it wanted to.
 */
export function labelPlaces(labels: readonly WantedLabel[], obstacles: readonly Obstacle[] = []): number[] {
  const taken: {left: number; right: number; y: number}[] = [];
  return labels.map(({x, y, text, side}) => {
    const width = text.length * CHARACTER;
    const left = side === "right" ? x + BESIDE : x - BESIDE - width;
    const right = left + width;
    const isFree = (at: number) =>
      taken.every((one) => one.right <= left || right <= one.left || Math.abs(one.y - at) >= LINE);
    const isClear = (at: number) =>
      obstacles.every(
        (one) => one.right <= left || right <= one.left || one.bottom <= at - HALF || at + HALF <= one.top
      );
    const free = STEPS.filter((lines) => isFree(y + ABOVE + lines * LINE));
    const step = free.find((lines) => isClear(y + ABOVE + lines * LINE)) ?? free[0] ?? 0;
    const dy = ABOVE + step * LINE;
    taken.push({left, right, y: y + dy});
    return dy;
  });
}

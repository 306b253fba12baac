/** A label that wants to stand beside a point, in pixels. */
export interface WantedLabel {
  x: number;
  y: number;
  text: string;
  /** On which side of the point it stands. */
  side: "left" | "right";
}

const CHARACTER = 7;
const LINE = 15;
const BESIDE = 8;
const ABOVE = -9;
/** Tried one after the other, in lines from where it wants to stand. */
const STEPS = [0, 1.5, -1, 2.5, -2, 3.5, -3, 4.5, -4];

/**
 * How far above or below its point each label stands, in pixels: as near as it can without lying on one placed before it. Where every
 * place is taken it stays where it wanted to.
 */
export function labelPlaces(labels: readonly WantedLabel[]): number[] {
  const taken: {left: number; right: number; y: number}[] = [];
  return labels.map(({x, y, text, side}) => {
    const width = text.length * CHARACTER;
    const left = side === "right" ? x + BESIDE : x - BESIDE - width;
    const right = left + width;
    const isFree = (at: number) =>
      taken.every((one) => one.right <= left || right <= one.left || Math.abs(one.y - at) >= LINE);
    const step = STEPS.find((lines) => isFree(y + ABOVE + lines * LINE)) ?? 0;
    const dy = ABOVE + step * LINE;
    taken.push({left, right, y: y + dy});
    return dy;
  });
}

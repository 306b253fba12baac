/** As styles/charts.css has them. */
const PIXELS = 13;
const LATIN = 7.2;
/** From here on come scripts whose characters are as wide as they are high, and emoji. */
const WIDE = 0x1100;

let measuring: OffscreenCanvasRenderingContext2D | null | undefined;

/** Pixels that a text takes in a figure; a guess where nothing can measure it. */
export function textWidth(text: string): number {
  measuring ??= canvas();
  return measuring ? measuring.measureText(text).width : guess(text);
}

function canvas(): OffscreenCanvasRenderingContext2D | null {
  if (typeof OffscreenCanvas === "undefined") return null;
  const found = new OffscreenCanvas(1, 1).getContext("2d");
  const sans = getComputedStyle(document.documentElement).getPropertyValue("--sans").trim();
  if (found) found.font = `${PIXELS}px ${sans || "sans-serif"}`;
  return found;
}

function guess(text: string): number {
  let width = 0;
  for (const character of text) width += character.codePointAt(0)! < WIDE ? LATIN : PIXELS;
  return width;
}

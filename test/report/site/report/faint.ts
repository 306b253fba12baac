import type {Page} from "playwright-core";

/**
 * Texts of a page with less contrast than WCAG asks for (4.5, or 3 for large ones), over all backgrounds that lie below them. axe gives
 * up on what stands on a gradient, as all that may scroll sideways does, and on mixed colours.
 */
export function faint(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    type Colour = [red: number, green: number, blue: number, alpha: number];
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true})!;
    const read = (colour: string): Colour => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return [red, green, blue, alpha / 255];
    };
    const over = (top: Colour, below: Colour): Colour => {
      const mix = (i: 0 | 1 | 2) => top[i] * top[3] + below[i] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const below = (element: Element): Colour => {
      const own = read(getComputedStyle(element).backgroundColor);
      if (own[3] === 1) return own;
      const parent = element.parentElement;
      return over(own, parent ? below(parent) : read(getComputedStyle(document.body).backgroundColor));
    };
    const light = ([red, green, blue]: Colour) => {
      const linear = (value: number) =>
        value <= 10.3 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
      return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    };
    const found = new Set<string>();
    for (const element of document.querySelectorAll("body *")) {
      const words = [...element.childNodes].filter(({nodeType}) => nodeType === Node.TEXT_NODE);
      const text = words
        .map(({textContent}) => textContent)
        .join("")
        .trim();
      if (text === "" || !element.checkVisibility({visibilityProperty: true})) continue;
      if (
        element.matches(
          ".hidden, .hidden *, [aria-hidden=true], option, :disabled, noscript, script, style, title"
        )
      )
        continue;
      const style = getComputedStyle(element);
      const ground = below(element);
      const ink = over(read(element instanceof SVGElement ? style.fill : style.color), ground);
      const [a, b] = [light(ink), light(ground)];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) found.add(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
    }
    return [...found];
  });
}

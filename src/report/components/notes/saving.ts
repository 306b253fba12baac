import {html} from "htl";
import {plainName} from "../text/names.js";
import {linkButton} from "./copying.js";

/** Offers bytes to the reader as a file. */
export function saveFile(name: string, content: BlobPart, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], {type}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function fileName(title: string, ending: string): string {
  return `${plainName(title)}.${ending}`;
}

/**
 * The text of a table's cells as CSV (RFC 4180), small print after a semicolon; rows that a filter hides are left out. A cell that
 * a spreadsheet would take for a formula is preceded by an apostrophe.
 */
function tableCsv(table: HTMLTableElement): string {
  const lines = [...table.rows]
    .filter((row) => !row.classList.contains("group") && !row.hidden)
    .map((row) =>
      [...row.cells]
        .flatMap((cell) => [csvCell(savedCellText(cell)), ...Array<string>(cell.colSpan - 1).fill("")])
        .join(",")
    );
  return `${lines.join("\r\n")}\r\n`;
}

function savedCellText(cell: Element): string {
  const copy = cell.cloneNode(true) as Element;
  for (const note of copy.querySelectorAll("small")) note.prepend("; ");
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

const FIGURE = "[+\u2212-]?\\d[\\d,]*(?:\\.\\d+)?%?";
/** Figures as tables write them, with units and intervals: "-2.1 points", "+1.4 (-0.3 to +3.1)", "+1.4; 83.1% against 81.7%". */
const FIGURES = new RegExp(`^${FIGURE}(?:[;,]? (?:\\(?${FIGURE}\\)?|[a-zµ]{1,12}))*$`);

/** A cell as CSV has it; one that a spreadsheet would work out behind an apostrophe, but for figures. */
export function csvCell(text: string): string {
  const safe = /^[=+@\t\r-]/.test(text) && !FIGURES.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A button that saves a table, for below it. */
export function tableButton(table: HTMLTableElement, caption: string): HTMLElement {
  const button = html`<button type="button" class="save" aria-label=${`Save the table “${caption}” as CSV`}>
    CSV
  </button>`;
  button.addEventListener("click", () => saveFile(fileName(caption, "csv"), tableCsv(table), "text/csv"));
  return html`<p class="saves">${button}${linkButton(() => table)}</p>`;
}

/** The buttons below a figure that save what it shows now. */
export function figureButtons(figure: () => SVGSVGElement | null): HTMLElement {
  const button = (text: string, save: (svg: SVGSVGElement, title: string) => void | Promise<void>) => {
    const node = html`<button type="button" class="save" aria-label=${`Save the figure as ${text}`}>
      ${text}
    </button>`;
    node.addEventListener("click", () => {
      const svg = figure();
      if (svg) void save(svg, svg.getAttribute("aria-label") ?? "figure");
    });
    return node;
  };
  const vector = button("SVG", (svg, title) =>
    saveFile(fileName(title, "svg"), svgText(svg), "image/svg+xml")
  );
  const picture = button("PNG", async (svg, title) =>
    saveFile(fileName(title, "png"), await svgPicture(svg), "image/png")
  );
  return html`<p class="saves">${vector}${picture}${linkButton(figure)}</p>`;
}

const STYLES = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linecap",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "font-variant-numeric",
  "text-anchor",
  "dominant-baseline",
  "paint-order"
];

/** A figure that stands by itself: with the styles that the page gives it, on the page's background. */
export function svgText(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll<SVGElement>("*")];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  originals.forEach((original, i) => {
    const style = getComputedStyle(original);
    for (const name of STYLES) copies[i]!.style.setProperty(name, style.getPropertyValue(name));
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const surface = getComputedStyle(document.documentElement).getPropertyValue("--surface").trim();
  copy.style.background = surface || "white";
  return new XMLSerializer().serializeToString(copy);
}

const PIXELS = 2;

async function svgPicture(svg: SVGSVGElement): Promise<Blob> {
  const {width, height} = svg.getBoundingClientRect();
  const image = new Image();
  const url = URL.createObjectURL(new Blob([svgText(svg)], {type: "image/svg+xml"}));
  try {
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(width * PIXELS);
    canvas.height = Math.ceil(height * PIXELS);
    const context = canvas.getContext("2d")!;
    context.scale(PIXELS, PIXELS);
    context.drawImage(image, 0, 0, width, height);
    return await new Promise<Blob>((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture cannot be drawn"))))
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

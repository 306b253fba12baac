import type {Page} from "playwright-core";
import {cells} from "../../../support/report.js";

/** A line of a table, or a strip of tiles, that a page says a query gives. */
export interface ShownLine {
  heading: string;
  /** As they are written, units and all. */
  figures: string[];
}

/** What stands above each "How it is made" of a page in figures. Runs in the page. */
export function linesAbove(found: Element[]): ShownLine[][] {
  const plain = (cell: Element) => {
    const copy = cell.cloneNode(true) as Element;
    for (const small of copy.querySelectorAll("small")) small.remove();
    return copy.textContent!.trim();
  };
  return found.map((made) => {
    const before = made.previousElementSibling;
    if (before?.matches(".tiles"))
      return [{heading: "", figures: [...before.querySelectorAll("dd")].map((one) => plain(one))}];
    const table = made.closest(".table")?.querySelector("table");
    return [...(table?.querySelectorAll("tbody tr:not(.group)") ?? [])].map((row) => ({
      heading: plain(row.querySelector("th")!),
      figures: [...row.querySelectorAll("td.number")].map((one) => plain(one))
    }));
  });
}

/** The figures that the answer shown on the SQL page has not, in the lines of their heading where it names them. */
export async function missingFrom(page: Page, lines: readonly ShownLine[]): Promise<string[]> {
  const answer = await cells(page, "Answer to the query");
  return lines.flatMap(({heading, figures}) => {
    const named = answer.filter((row) => row.some((cell) => isNamed(cell, heading)));
    const texts = (named.length > 0 ? named : answer).flat();
    const given = texts.map(Number).filter(Number.isFinite);
    return figures
      .map((figure) => figure.replace(DAY, (day) => (texts.some((text) => text.startsWith(day)) ? "" : day)))
      .flatMap(numbersIn)
      .filter((figure) => !given.some((value) => writesAs(value, figure)))
      .map(({text}) => `${heading}: ${text}`);
  });
}

/** Pages cut moments to days. */
const DAY = /\d{4}-\d\d-\d\d/g;

/** Pages cut hashes to twelve digits. */
const HASH = /^[0-9a-f]{12}$/;

function isNamed(cell: string, heading: string): boolean {
  return cell === heading || (HASH.test(heading) && cell.startsWith(heading));
}

interface Figure {
  text: string;
  value: number;
  /** Half a unit of its last digit. */
  within: number;
  /** Written as a limit that the value is below: "< 0.001". */
  isLimit: boolean;
}

function numbersIn(text: string): Figure[] {
  if (HASH.test(text)) return [];
  const scale = text.endsWith("MB") ? 1e6 : text.endsWith("kB") ? 1e3 : 1;
  return [...text.matchAll(/(< )?([+−-]?)([\d,]*\.?\d+)/g)].map(([found, limit, sign, digits]) => {
    const decimals = digits!.split(".")[1]?.length ?? 0;
    const value = Number(digits!.replaceAll(",", "")) * (sign === "−" || sign === "-" ? -1 : 1);
    return {
      text: found,
      value: value * scale,
      within: 0.5 * 10 ** -decimals * scale,
      isLimit: limit !== undefined
    };
  });
}

/** Whether a page writes the value so: as it is, as percent or in points, rounded or (similarities) cut. The SQL page shows six digits. */
function writesAs(value: number, {value: written, within, isLimit}: Figure): boolean {
  if (isLimit) return value < written;
  return [1, 100].some((factor) => {
    const over = factor * value - written;
    const slack = within * 0.001 + Math.abs(factor * value) * 1e-5;
    return over >= -within - slack && over <= 2 * within + slack;
  });
}

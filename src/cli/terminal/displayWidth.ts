import {eastAsianWidth} from "get-east-asian-width";
import {withoutEscapes} from "./escapes.js";

// Signs of one column each. Other texts need a segmenter, which takes longer to make than most tables.
const PLAIN =
  /^[\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u2010-\u2027\u2030-\u205e\u2190-\u22ff]*$/;

/** What stands in a table for a value that is missing. */
export const MISSING = "–";

let segmenter: Intl.Segmenter | undefined;

/** The columns that a text takes in a terminal: two for a wide sign, none for combining marks and escapes of colour. */
export function displayWidth(text: string): number {
  const seen = withoutEscapes(text);
  if (PLAIN.test(seen)) return seen.length;
  return graphemes(seen).reduce((sum, one) => sum + graphemeWidth(one), 0);
}

/** What fits into `width` columns, with “…” where something was cut. */
export function shortened(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (PLAIN.test(text)) return `${text.slice(0, width - 1)}…`;
  let kept = "";
  let left = width - 1;
  for (const one of graphemes(text)) {
    left -= graphemeWidth(one);
    if (left < 0) break;
    kept += one;
  }
  return `${kept}…`;
}

export function padded(text: string, width: number, align: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "right" ? blanks + text : text + blanks;
}

function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({segment}) => segment);
}

function graphemeWidth(grapheme: string): number {
  if (/^[\p{M}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u.test(grapheme)) return 0;
  // A sign shown as emoji, and the two letters of a flag.
  if (grapheme.includes("\ufe0f") || /^\p{Regional_Indicator}{2}/u.test(grapheme)) return 2;
  const spacing = grapheme.match(/\p{Mc}/gu)?.length ?? 0;
  return eastAsianWidth(grapheme.codePointAt(0)!) + spacing;
}

import type {Layer} from "./finding.js";
import {redact} from "./redact.js";
import {scanText} from "./scanText.js";

const MARGIN = 400;
/** Characters behind an excerpt that say whether its last words are a name. */
const BEHIND = 150;
const NAMES: Layer[] = ["names"];

/**
 * The beginning of a text for a report page, at most `maxChars` characters long and on one line: everything
 * found is replaced by `<TYPE>` first, so that nothing is cut in half and missed. An ellipsis says that it was
 * cut. An empty text gives an empty excerpt.
 * @param withNames also replaces people and places; slower, on unless told
 */
export function maskExcerpt(text: string, maxChars: number, withNames = true): string {
  const sure = redact(text, scanText(text)).replace(/\s+/g, " ").trim();
  const mask = (length: number) => {
    const near = sure.slice(0, length);
    return Array.from(withNames ? redact(near, scanText(near, {layers: NAMES})) : near);
  };
  // Names take milliseconds: what lies far behind the cut is searched only where masks have made room for it.
  let characters = mask(maxChars + BEHIND);
  if (characters.length <= maxChars && sure.length > maxChars + BEHIND)
    characters = mask(maxChars * 2 + MARGIN);
  if (characters.length <= maxChars) return characters.join("");
  const cut = characters.slice(0, Math.max(0, maxChars - 1)).join("");
  return cut.replace(/<[A-Z_]*$/, "").trimEnd() + "\u2026";
}

/**
 * The beginning of a text with everything found in it replaced by `<TYPE>`, names of people and places among it, its lines
 * kept, and whether it was cut at `maxChars` characters. An empty text gives an empty one.
 */
export function maskText(text: string, maxChars: number): {text: string; cut: boolean} {
  const near = text.slice(0, maxChars + MARGIN);
  const sure = redact(near, scanText(near));
  const clean = redact(sure, scanText(sure, {layers: ["names"]}));
  const characters = Array.from(clean);
  const cut = near.length < text.length || characters.length > maxChars;
  return {
    text: cut
      ? characters
          .slice(0, maxChars)
          .join("")
          .replace(/<[A-Z_]*$/, "")
          .trimEnd()
      : clean,
    cut
  };
}

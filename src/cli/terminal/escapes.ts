import {oneLine} from "../../base/validation/lineText.js";

/** A name or another text of one line from data, made safe for a terminal as `printableLines` does; it begins no other line. */
export function printable(text: string): string {
  return printableLines(oneLine(text));
}

/**
 * Text from data and models, made safe for a terminal: control characters other than line feed and tab are shown
 * as escapes, so that nothing can move the cursor, set colours or retitle the window.
 */
export function printableLines(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`
  );
}

/** Colour only for people: not when piped, not with NO_COLOR. */
function colours(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
}

export function bold(text: string): string {
  return colours() ? `\u001b[1m${text}\u001b[22m` : text;
}

export function dim(text: string): string {
  return colours() ? `\u001b[2m${text}\u001b[22m` : text;
}

/** Printable text in which the escapes of `bold` and `dim`, and no others, are obeyed. */
export function shown(text: string): string {
  if (!colours()) return printableLines(text);
  return text
    .split(/(\u001b\[(?:1|2|22)m)/)
    .map((part, index) => (index % 2 === 1 ? part : printableLines(part)))
    .join("");
}

/** Text in which no line is a command to GitHub's runner, which reads what a job prints: `::error …`, and `##[error]…` wherever it stands. */
export function withoutCommands(text: string): string {
  if (!process.env.GITHUB_ACTIONS) return text;
  return text.replace(/^(\s*):(?=:)/gm, "$1\\u003a").replaceAll("##[", "##\\u005b");
}

/** Without the escapes of `bold` and `dim`. */
export function withoutEscapes(text: string): string {
  return text.replace(/\u001b\[(?:1|2|22)m/g, "");
}

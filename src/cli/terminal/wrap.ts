import {displayWidth} from "./displayWidth.js";
import {withoutEscapes} from "./escapes.js";

/**
 * Lines of at most `width` columns, broken between words; the lines that follow are indented as the first. A word that is
 * wider stays whole, as an id or a path must, and so does a command in backticks that fits into a line.
 */
export function wrapped(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  return text
    .split("\n")
    .map((line) => wrappedLine(line, width, indentOf(line)).join("\n"))
    .join("\n");
}

/** One text as lines, all but the first indented by `indent`. */
export function wrappedLine(line: string, width: number, indent = 0): string[] {
  if (displayWidth(line) <= width) return [line];
  const start = " ".repeat(Math.min(indent, Math.floor(width / 2)));
  const lines: string[] = [];
  let current = "";
  let taken = 0;
  for (const {gap, word} of wordsOf(line, width - start.length)) {
    const more = displayWidth(gap + word);
    if (current.trim() !== "" && taken + more > width) {
      lines.push(current);
      current = start + word;
      taken = start.length + displayWidth(word);
    } else {
      current += gap + word;
      taken += more;
    }
  }
  return [...lines, current];
}

/** The widest of what a line is not broken within, commands aside. */
export function widestWord(text: string): number {
  return Math.max(0, ...wordsOf(text, 0).map(({word}) => displayWidth(word)));
}

interface Word {
  gap: string;
  word: string;
}

function wordsOf(line: string, width: number): Word[] {
  return [...line.matchAll(/(\s*)((?:`[^`]*`|\S)+)/g)].flatMap(([, gap, word]) =>
    displayWidth(word!) <= width
      ? wideSigns({gap: gap!, word: word!})
      : [...(gap! + word!).matchAll(/(\s*)(\S+)/g)].flatMap(([, one, part]) =>
          wideSigns({gap: one!, word: part!})
        )
  );
}

// Chinese and Japanese have no blanks: a line may end after any of their signs, but does not begin with what closes a clause.
const AFTER_WIDE =
  /(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}、。，．！？：；）」』】])(?![ー、。，．！？：；）」』】])/u;

function wideSigns({gap, word}: Word): Word[] {
  return word
    .split(AFTER_WIDE)
    .filter((part) => part !== "")
    .map((part, i) => ({gap: i === 0 ? gap : "", word: part}));
}

/** Blanks at a line's beginning, and the mark of a warning or of a list, or a term before what it means. */
function indentOf(line: string): number {
  return /^( +\S+ {2,}| *(?:[!•-] )?)/.exec(withoutEscapes(line))![1]!.length;
}

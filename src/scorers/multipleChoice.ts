import {checkOptions, func, number} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Row, Scorer} from "./types.js";

export interface MultipleChoiceOptions {
  /** How many options there are, named A, B, C …; at most 26. Default 4. */
  options?: number;
  /** The options' texts, in order, so that an answer in full is understood too. */
  choices?: (row: Row) => readonly string[] | undefined;
}

/**
 * 1 when the option chosen in the output is the expected one, else 0. Expected is a letter ("B" or "(B)"), a
 * position counted from 0 (as a number or its text), or, with `choices`, an option's text. The choice is read from, in this order: the last
 * "answer is (B)", "Answer: B" or boxed letter; a letter that is the whole output or begins it ("B.", "(B) because");
 * a lone parenthesised letter; the text of exactly one option. An output that names none or several is 0.
 */
export function multipleChoice(settings: MultipleChoiceOptions = {}): Scorer {
  checkOptions<MultipleChoiceOptions>("multipleChoice", settings, {
    options: number({least: 1, whole: true}),
    choices: func
  });
  const {options = 4, choices} = settings;
  const score: Scorer = ({output, expected, row}) => {
    const texts = choices?.(row);
    const count = texts?.length ?? options;
    const wanted = expectedLetter(expected, count, texts);
    if (wanted === undefined) return {failed: NO_OPTION};
    const predicted = chosenLetter(output, count, texts);
    return {value: predicted === wanted ? 1 : 0, details: {expected: wanted, predicted: predicted ?? null}};
  };
  const check = (expected: unknown, row: Row) => {
    const texts = choices?.(row);
    return expectedLetter(expected, texts?.length ?? options, texts) === undefined ? NO_OPTION : undefined;
  };
  return withSettings(score, {options}, {module: import.meta.url, check, given: choices && [choices]});
}

const NO_OPTION = "the row's expected value names none of the options";

const letterAt = (position: number) => String.fromCharCode(65 + position);

function expectedLetter(expected: unknown, count: number, texts?: readonly string[]): string | undefined {
  if (typeof expected === "number")
    return Number.isInteger(expected) && expected >= 0 && expected < count ? letterAt(expected) : undefined;
  if (typeof expected !== "string") return undefined;
  const letter = /^\(?([A-Za-z])\)?\.?$/.exec(expected.trim())?.[1]?.toUpperCase();
  if (letter && letter.charCodeAt(0) - 65 < count) return letter;
  const position = texts?.findIndex((text) => sameText(text, expected)) ?? -1;
  if (position >= 0) return letterAt(position);
  // A number and its text are the same.
  return /^\s*\d{1,2}\s*$/.test(expected) ? expectedLetter(Number(expected), count) : undefined;
}

/** The letter of the option an output chooses; undefined when it chooses none or names several. */
export function chosenLetter(output: string, count: number, texts?: readonly string[]): string | undefined {
  const text = output.trim();
  const upper = `[A-${letterAt(count - 1)}]`;
  const either = `[A-${letterAt(count - 1)}a-${letterAt(count - 1).toLowerCase()}]`;
  const end = "(?![\\p{L}\\p{N}'’])";
  const named = "(?:[Aa]nswer|ANSWER|[Cc]hoice|[Oo]ption)";
  const stated = [
    `\\\\boxed\\{\\s*(?:\\\\text\\{)?\\(?(${either})\\)?\\}?\\s*\\}`,
    `${named}(?:\\s+is)?(?:\\s*[:=]\\s*|\\s+)[*_"'(\\[]*(${upper})${end}`,
    // A small letter counts only when it ends the line: "Answer: a man" names no option.
    `${named}(?:\\s+is)?(?:\\s*[:=]\\s*|\\s+)[*_"'(\\[]*(${either})[)\\].*_"']*\\s*(?:\\n|$)`
  ];
  const last = stated
    .flatMap((pattern) => [...text.matchAll(new RegExp(pattern, "gu"))])
    .sort((a, b) => a.index - b.index)
    .at(-1);
  if (last) return last[1]!.toUpperCase();
  const opening =
    new RegExp(`^[*_"'(\\[]*(${either})[)\\].*_"':]*$`, "u").exec(text) ??
    new RegExp(`^[*_"']*[(\\[]?(${upper})(?:[)\\].:*_]+)(?=\\s|$)`, "u").exec(text);
  if (opening) return opening[1]!.toUpperCase();
  const bracketed = new Set(
    [...text.matchAll(new RegExp(`\\((${upper})\\)`, "gu"))].map((match) => match[1]!)
  );
  if (bracketed.size === 1) return [...bracketed][0];
  if (bracketed.size > 1 || !texts) return undefined;
  const exact = texts.findIndex((option) => sameText(option, text));
  if (exact >= 0) return letterAt(exact);
  const mentioned = texts.flatMap((option, i) =>
    option.trim() !== "" && text.toLowerCase().includes(option.trim().toLowerCase()) ? [i] : []
  );
  return mentioned.length === 1 ? letterAt(mentioned[0]!) : undefined;
}

function sameText(a: string, b: string): boolean {
  const plain = (text: string) => text.trim().replace(/\.$/, "").toLowerCase();
  return plain(a) === plain(b);
}

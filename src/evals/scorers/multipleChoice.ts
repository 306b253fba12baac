import {checkOptions, func, numberOption} from "./scorerOptions.js";
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
 * position counted from 0 (a number, as MMLU has it), or, with `choices`, an option's text; a text such as "1" is a position where no
 * option reads so. The choice is read from, in this order: the last
 * "answer is (B)", "answer would be B", "Answer: B", "option B is correct", "Therefore: B", "Choose B.", `<answer>B</answer>` or boxed letter;
 * a letter that is the whole first or last line ("- B" too), where no other line is another letter; one that begins the output ("B.",
 * "(B) because", "B - London"); the only letter behind "option", "choice" or "answer"; a lone parenthesised letter; the text of exactly one option. After "answer is" an
 * option's text goes before its first letter ("A dog"). An output that names none, or several ("The answer is A or B", "Answer: A, B"), is 0.
 *
 * @example `await multipleChoice()({output: "The answer is (B).", expected: "B"})` gives `{value: 1, details: {expected: "B", predicted: "B"}}`
 */
export function multipleChoice(settings: MultipleChoiceOptions = {}): Scorer {
  checkOptions<MultipleChoiceOptions>("multipleChoice", settings, {
    options: numberOption({least: 1, whole: true}),
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
  return /^\s*\d{1,2}\s*$/.test(expected) ? expectedLetter(Number(expected), count) : undefined;
}

/** The letter of the option an output chooses; undefined when it chooses none or names several. */
export function chosenLetter(output: string, count: number, texts?: readonly string[]): string | undefined {
  const text = output.trim();
  const letters = lettersOf(count);
  const {upper, either} = letters;
  const last = matchedLetters(text, stated(letters)).at(-1);
  const lettersFrom = inOneBreath(text, upper);
  if (last) {
    const option = texts ? optionAt(text.slice(last.at), texts) : undefined;
    return option ?? only(lettersFrom(last));
  }
  const alone = matchedLetters(text, [
    `(?<=^|\\n)${BLANKS}(?:[-*•]${BLANKS})?${MARKS}(${upper})${MARKS_BEHIND}(?=\\n|$)`
  ]);
  if (alone.some(({at}) => !text.slice(0, at).includes("\n") || !text.slice(at).includes("\n")))
    return only([...new Set(alone.flatMap(lettersFrom))]);
  const dashed = `[*_"']*[(\\[]?(${upper})[)\\].*_"']*\\s[-–—]\\s`;
  const isList =
    new Set(matchedLetters(text, [`(?<=^|\\n)${BLANKS}${dashed}`]).map(({letter}) => letter)).size > 1;
  const [opening] = matchedLetters(text, [
    `^(?:[-*•]\\s+)?[*_"'(\\[]*(${either})[)\\].*_"':]*$`,
    `^[*_"']*[(\\[]?(${upper})(?:[)\\].:*_]+)(?=\\s|$)`,
    ...(isList ? [] : [`^${dashed}(?![(\\[]?${upper}${END})`]),
    `^(${upper}),?\\s(?:because|since)\\b`
  ]);
  if (opening) return only(lettersFrom(opening));
  const mentions = new Set(matchedLetters(text, mentioned(letters)).flatMap(lettersFrom));
  if (mentions.size === 1) return [...mentions][0];
  const bracketed = new Set(matchedLetters(text, [`\\((${upper})\\)`]).flatMap(lettersFrom));
  if (bracketed.size === 1) return [...bracketed][0];
  return bracketed.size > 1 || !texts ? undefined : optionWithin(text, texts);
}

interface Letters {
  upper: string;
  either: string;
}

function lettersOf(count: number): Letters {
  const last = letterAt(count - 1);
  return {upper: `[A-${last}]`, either: `[A-${last}a-${last.toLowerCase()}]`};
}

const OPTION = "(?:[Cc]hoice|[Oo]ption)";
const NAMED = `(?:[Aa]nswer|ANSWER|\\b[Aa]ns\\.?|${OPTION})`;
const MARKS = "[*_\"'(\\[]*";
const BLANKS = "[ \\t\\r]*";
/** Behind a letter that is a line of its own. */
const MARKS_BEHIND = `[)\\].*_"':]*${BLANKS}`;
const SO = "\\b(?:[Tt]herefore|THEREFORE|[Tt]hus|[Hh]ence|[Cc]onclusion|[Ss]o)\\b[*_]{0,2}[:,]?[*_]{0,2}";
/** "Many choose B" and "I would not choose B" choose nothing. */
const CHOOSE = `(?:(?:^|[\\n.!?:,])\\s?|\\bI(?:['’](?:d|ll))?\\s(?:(?:would|will|must|therefore|thus)\\s)?|\\b[Ww]e\\s)(?:[Cc]hoose|[Pp]ick|[Ss]elect)\\s`;
const IS = `[*_]*(?:\\s+is\\b(?:[*_\\s]*[:=])?|\\s*[:=])[*_"'(\\[\\s]*`;
const WOULD_BE = `\\s+(?:would|should|must|will)\\s+be\\b[*_\\s:"'(\\[]*`;
const FONT = "\\\\(?:text(?:bf|it|rm|sf|tt)?|math(?:bf|it|rm|sf)|bf|rm)";
const END = "(?![\\p{L}\\p{N}'’])";
/** A small letter counts only when it ends the line: "Answer: a man" names no option. */
const LINE_END = "[)\\].*_\"']*\\s*(?:\\n|$)";

const CLOSE = "[)\\].*_\"']{0,6}";
/** Behind letters whose markup and quotes were taken out: what closes and what opens must differ, or a list takes exponential time. */
const CLOSED = "[)\\].]{0,6}";
const BETWEEN = "(?:(?:\\s?(?:[,;/|&+]|and\\b|or\\b)){1,3}\\s?|[ \\t]?)";
/** Behind other words a list is none: of "A, and B is wrong" and "A and B, C are not" A is the answer. */
const LIST_END = `(?:[)\\]]{0,6}[.!?]|${CLOSED}[,;]?\\s?(?:$|[\\n(—–-]|(?:because|since|as|for|depending|are (?:both |all )?(?:correct|right))\\b))`;

/** What says which option is the answer. "Option A" alone does not: explanations speak of the wrong ones so. */
function stated({upper, either}: Letters): string[] {
  return [
    `\\\\boxed\\{\\s*(?:${FONT}\\{\\s*)?\\(?(${either})\\)?\\.?\\s*\\}?\\s*\\}`,
    `\\\\boxed\\{\\s*${FONT}\\{\\s*\\((${upper})\\)`,
    `<(?:final[_ ])?(?:answer|choice|option)>\\s*${MARKS}(${either})[)\\].*_"']*\\s*</`,
    `${NAMED}${IS}(?:(?:the\\s+)?${OPTION}\\s+)?(?:\\$|\\\\\\()\\s*(?:${FONT}\\{\\s*)?\\(?(${either})\\)?\\}?\\s*(?:\\$|\\\\\\))`,
    `${NAMED}${WOULD_BE}(?:(?:the\\s+)?${OPTION}\\s+${MARKS})?(${upper})${END}(?![)\\].,*_"']{0,6}\\s?(?:if|unless|when|were|had)\\b)`,
    `${NAMED}${WOULD_BE}(${either})${LINE_END}`,
    `${NAMED}${IS}(?:(?:the\\s+)?${OPTION}\\s+${MARKS})?(${upper})${END}`,
    `${NAMED}${IS}(${either})${LINE_END}`,
    `${SO}\\s*${MARKS}(${upper})${LINE_END}`,
    `${CHOOSE}(?:${OPTION}\\s)?${MARKS}(${upper})(?:${LINE_END}|[)\\]*_"']{0,6}(?:[.,;!]|\\s(?:because|since|as|over)\\b))`,
    `(?<!${upper}${CLOSE}\\s?(?:,|/|&|\\bor|\\band)\\s?(?:the )?)${OPTION}\\s+${MARKS}(${upper})[)\\]*_"']*\\s+is\\s+(?:the\\s+)?(?:correct|right|best)\\b`
  ];
}

function mentioned({upper, either}: Letters): string[] {
  return [`${NAMED}\\s+${MARKS}(${upper})${END}`, `${NAMED}\\s+${MARKS}(${either})${LINE_END}`];
}

interface LetterPosition {
  letter: string;
  at: number;
}

const only = (letters: readonly string[]) => (letters.length === 1 ? letters[0] : undefined);

/** How far behind a letter others are looked for, so that a text of many letters takes no quadratic time. */
const BEHIND = 200;

/** A letter with those that are named in one breath with it: "A or B", "(A), (B) and (C)". */
function inOneBreath(text: string, upper: string): (place: LetterPosition) => string[] {
  const another = `(?:(?:the\\s)?${OPTION}\\s)?[(\\[]{0,6}${upper}${END}`;
  const either = new RegExp(`^${CLOSED}\\s?[,(]?\\s?(?:or\\b|/|\\|)\\s?${another}`, "u");
  const list = new RegExp(`^(?:${CLOSED}${BETWEEN}${another})+${LIST_END}`, "u");
  const each = new RegExp(`(?<![\\p{L}\\p{N}])${upper}(?![\\p{L}\\p{N}])`, "gu");
  return ({letter, at}) => {
    const behind = text.slice(at + 1, at + 1 + BEHIND).replace(/[*_"']/g, "");
    const named = (either.exec(behind) ?? list.exec(behind))?.[0] ?? "";
    return [...new Set([letter, ...(named.match(each) ?? [])])];
  };
}

/** Where the patterns' letters stand, in order. */
function matchedLetters(text: string, patterns: readonly string[]): LetterPosition[] {
  return patterns
    .flatMap((pattern) => [...text.matchAll(new RegExp(pattern, "dgu"))])
    .map((match) => ({letter: match[1]!.toUpperCase(), at: match.indices![1]![0]}))
    .sort((a, b) => a.at - b.at);
}

/** The option whose text begins here with a word of one letter, the longest of several: "A dog". */
function optionAt(said: string, texts: readonly string[]): string | undefined {
  if (!/^\p{L}\s+\p{L}/u.test(said)) return undefined;
  const lengths = texts.map((option) => {
    const length = option.trim().length;
    const fits = sameText(said.slice(0, length), option) && !/^[\p{L}\p{N}]/u.test(said.slice(length));
    return fits && length > 1 ? length : 0;
  });
  const longest = Math.max(...lengths);
  return longest > 0 ? letterAt(lengths.indexOf(longest)) : undefined;
}

function optionWithin(text: string, texts: readonly string[]): string | undefined {
  const exact = texts.findIndex((option) => sameText(option, text));
  if (exact >= 0) return letterAt(exact);
  const within = texts.flatMap((option, i) =>
    option.trim() !== "" && text.toLowerCase().includes(option.trim().toLowerCase()) ? [i] : []
  );
  return within.length === 1 ? letterAt(within[0]!) : undefined;
}

function sameText(a: string, b: string): boolean {
  const plain = (text: string) => text.trim().replace(/\.$/, "").toLowerCase();
  return plain(a) === plain(b);
}

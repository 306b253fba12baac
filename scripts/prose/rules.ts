import {optionHelpOf} from "./optionHelp.js";
import {sentencesOf} from "./sentences.js";
import turns from "./words.json" with {type: "json"};

export const MOST_WORDS = 35;
export const MOST_MEDIAN = 17;
export const MOST_DOCS_WORDS = 35_000;
/** Option help has fewer characters than this. */
export const HELP_LENGTH = 80;
/** Below so many sentences a median says nothing of a page. */
const FEWEST_SENTENCES = 8;

const TURNS = turns.map(({turn, better}) => ({pattern: new RegExp(turn), better}));

/** What is wrong with a page, each as FILE:LINE: problem. */
export function problemsOfPage(path: string, markdown: string): string[] {
  const sentences = sentencesOf(markdown);
  const problems = sentences.flatMap(({text, line, words, heading}) => [
    ...(words > MOST_WORDS
      ? [`${path}:${line}: ${words} words in a sentence, of at most ${MOST_WORDS}: ${cut(text)}`]
      : []),
    ...(heading ? [] : turnsIn(text)).map((turn) => `${path}:${line}: ${turn}`)
  ]);
  const lengths = sentences.filter(({heading}) => !heading).map(({words}) => words);
  const median = medianOf(lengths);
  if (lengths.length >= FEWEST_SENTENCES && median > MOST_MEDIAN)
    problems.push(`${path}:1: half of the sentences have ${median} words or more, of at most ${MOST_MEDIAN}`);
  return problems;
}

/** What is wrong with the help of a command's options. */
export function problemsOfHelp(path: string, source: string): string[] {
  return optionHelpOf(source).flatMap(({text, line, method}) => [
    ...(text.length >= HELP_LENGTH && method !== "description"
      ? [`${path}:${line}: ${text.length} characters of help, of fewer than ${HELP_LENGTH}: ${cut(text)}`]
      : []),
    ...turnsIn(text).map((turn) => `${path}:${line}: ${turn}`)
  ]);
}

/** What programs write between two comments is not counted. */
const GENERATED_TABLES = /<!-- (\w+) -->[^]*?<!-- end of \1 -->/g;

/** What is wrong with the length of all documents together, counted as `wc -w` does. */
export function problemsOfLength(markdowns: readonly string[]): string[] {
  const written = markdowns.map((text) => text.replace(GENERATED_TABLES, ""));
  const words = written.reduce((sum, text) => sum + (text.match(/\S+/g)?.length ?? 0), 0);
  return words > MOST_DOCS_WORDS ? [`${words} words of documents, of at most ${MOST_DOCS_WORDS}`] : [];
}

function turnsIn(text: string): string[] {
  return TURNS.flatMap(({pattern, better}) => {
    const found = pattern.exec(text);
    return found ? [`"${cut(found[0])}": better ${better}`] : [];
  });
}

function medianOf(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length === 0 ? 0 : (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** The beginning of a text, in which a piece of code stands as `…`. */
function cut(text: string): string {
  const shown = text.replace(/X{2,}/g, "`…`");
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
}

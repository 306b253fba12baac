import {isUnspacedAt, isWordAt} from "./wordBoundary.js";

const WORDS = 5;
const CHARACTERS = 160;

/** Up to five lower-case words before the offset, looking back at most 160 characters. */
export function wordsBefore(text: string, offset: number): string[] {
  const words: string[] = [];
  const limit = Math.max(0, offset - CHARACTERS);
  let index = offset;
  while (words.length < WORDS) {
    while (index > limit && !isWordAt(text, index - 1)) index--;
    const end = index;
    while (index > limit && isWordAt(text, index - 1)) index--;
    // A word that the limit cuts is not a whole word, unless it is a stretch of several.
    if (index === end || (index === limit && limit > 0 && !isUnspacedAt(text, index))) break;
    words.push(...wordsOf(text.slice(index, end)));
  }
  return words.slice(0, WORDS);
}

/** One word of ASCII letters and digits, as most are: what it takes to split others is not needed. */
const PLAIN = /^[A-Z]*[a-z0-9]*$/;

/** Lower-case words of a name: `card_number` and `cardNumber` are two each. */
export function wordsOf(name: string): string[] {
  if (PLAIN.test(name)) return name === "" ? [] : [name.toLowerCase()];
  const spaced = /[a-z][A-Z]/.test(name) ? name.replace(/([a-z])([A-Z])/g, "$1 $2") : name;
  return (spaced.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).flatMap(byScript);
}

/** A word of ASCII needs no space beside letters of a script without spaces. */
function byScript(word: string): string[] {
  const words: string[] = [];
  let start = 0;
  for (let end = 1; end <= word.length; end++)
    if (end === word.length || isUnspacedAt(word, end) !== isUnspacedAt(word, end - 1)) {
      words.push(word.slice(start, end));
      start = end;
    }
  return words;
}

/** Whether one of the words is the given one, or stands in it when it is a stretch of a script without spaces. */
export function isAmong(word: string, words: readonly string[]): boolean {
  if (words.includes(word)) return true;
  return isUnspacedAt(word, 0) && words.some((each) => isUnspacedAt(each, 0) && word.includes(each));
}

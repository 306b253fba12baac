/** Abbreviations after which an English sentence usually goes on. */
const abbreviations = new Set(
  (
    "dr mr mrs ms prof st jr sr gen col capt lt sgt rep sen gov pres rev hon inc corp co ltd bros vs etc e.g i.e " +
    "cf al fig no vol pp ed u.s u.k u.n d.c a.m p.m ph.d b.c a.d jan feb mar apr jun jul aug sep sept oct nov dec " +
    "mt ft ave blvd dept est approx p.s p.p.s"
  ).split(" ")
);

/** Words that, with a capital, begin a new sentence even after an abbreviation. */
const starters = new Set(
  (
    "the this that these those he she it they we you i there here my your his her its our their in on at of by from " +
    "with if but and or so yet as a an for to no not yes when while where what who why how before after then now " +
    "however although because please let some many most all each one let's it's that's don't"
  ).split(" ")
);

/** Characters of a word that are looked at: without a bound a text without spaces takes quadratic time. */
const LONGEST_WORD = 100;
const following = new RegExp(`\\s*(\\S{0,${LONGEST_WORD}})`, "y");

/**
 * How many sentences an English text has, counted in the way NLTK's Punkt tokenizer does: a sentence ends at ". ! ?"
 * before white space or a closing mark, except after an abbreviation, an initial or an ellipsis that goes on in small
 * letters. Line breaks alone end nothing, and a list number ("1. ") is a sentence of its own. 0 for an empty text.
 */
export function countSentences(text: string): number {
  const body = text.trim();
  if (body === "") return 0;
  const sentences: string[] = [];
  let start = 0;
  for (const match of body.matchAll(/[.!?](?=[!?)";}\]*:@'({[]|\s+\S)/g)) {
    const end = match.index + 1;
    const word = /\S*$/.exec(body.slice(Math.max(0, end - LONGEST_WORD), end))![0];
    following.lastIndex = end;
    const next = following.exec(body)![1]!;
    if (!endsSentence(word, next)) continue;
    sentences.push(body.slice(start, end));
    start = end;
  }
  sentences.push(body.slice(start));
  // What follows an end and is nothing but closing marks belongs to the sentence before.
  return sentences.filter((sentence, i) => i === 0 || !/^\s*["')\]}]*\s*$/.test(sentence)).length;
}

function endsSentence(word: string, next: string): boolean {
  if (/[!?]$/.test(word)) return true;
  const begins = /^["'“‘(*[]*\p{Lu}/u.test(next);
  if (/\.\.$/.test(word)) return begins;
  const plain = word.replace(/^[^\p{L}\p{N}]+/u, "").slice(0, -1);
  if (/^\p{N}+$/u.test(plain)) return !/^\p{Ll}/u.test(next);
  const initial = /^\p{L}$/u.test(plain);
  if (!initial && !abbreviations.has(plain.toLowerCase())) return true;
  if (initial && !/^\p{L}/u.test(next)) return true;
  return begins && starters.has(next.replace(/[^\p{L}']/gu, "").toLowerCase());
}

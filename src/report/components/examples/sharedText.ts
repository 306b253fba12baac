/** What all texts begin and end with: an instruction that stands around each row's own text. */
export interface SharedText {
  before: string;
  after: string;
}

/** Shorter beginnings are no instruction. */
const LEAST = 24;

/** Cut between words; undefined where the texts share little, or one of them is nothing more. */
export function sharedText(texts: readonly string[]): SharedText | undefined {
  const [first, ...others] = texts;
  if (first === undefined || others.every((text) => text === first)) return undefined;
  const before = wordsOf(sharedStart(first, others));
  const after = reversed(
    wordsOf(
      sharedStart(
        reversed(first.slice(before.length)),
        others.map((text) => reversed(text.slice(before.length)))
      )
    )
  );
  const least = Math.min(...texts.map(({length}) => length));
  if (before.length + after.length < LEAST || before.length + after.length >= least) return undefined;
  return {before, after};
}

function sharedStart(first: string, others: readonly string[]): string {
  let length = Math.min(first.length, ...others.map((text) => text.length));
  for (const text of others) {
    let same = 0;
    while (same < length && text[same] === first[same]) same++;
    length = same;
  }
  return first.slice(0, length);
}

/** Up to the last white space. */
const wordsOf = (text: string) => /^[^]*\s/.exec(text)?.[0] ?? "";

const reversed = (text: string) => [...text].reverse().join("");

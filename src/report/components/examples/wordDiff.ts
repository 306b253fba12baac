/** A piece of a text, and whether the other text has it too. */
export interface Piece {
  text: string;
  same: boolean;
}

const MOST_WORDS = 600;

/**
 * A text cut into pieces that another text has in the same order and pieces that it lacks: longest common subsequence of
 * words, white space kept with the word before it. Undefined when a text is too long for it (above 600 words).
 */
export function wordDiff(text: string, other: string): Piece[] | undefined {
  const words = text.match(/\s*\S+\s*?/g) ?? [];
  const others = other.match(/\S+/g) ?? [];
  if (words.length > MOST_WORDS || others.length > MOST_WORDS) return undefined;
  const bare = words.map((word) => word.trim());
  const width = others.length + 1;
  const longest = new Uint16Array((words.length + 1) * width);
  for (let i = words.length - 1; i >= 0; i--)
    for (let j = others.length - 1; j >= 0; j--)
      longest[i * width + j] =
        bare[i] === others[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
  const pieces: Piece[] = [];
  const push = (word: string, same: boolean) => {
    const last = pieces.at(-1);
    if (last?.same === same) last.text += word;
    else pieces.push({text: word, same});
  };
  let i = 0;
  for (let j = 0; i < words.length && j < others.length;) {
    if (bare[i] === others[j]) {
      push(words[i++]!, true);
      j++;
    } else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) push(words[i++]!, false);
    else j++;
  }
  for (; i < words.length; i++) push(words[i]!, false);
  return pieces;
}

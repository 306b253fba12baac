/** A spelling, and for each letter the phonemes it stands for: none (""), one, or two with a blank between them. */
export interface Aligned {
  word: string;
  sounds: string[];
}

const ROUNDS = 8;
/** Cost of what was never seen, in nats. */
const UNSEEN = 14;

type Cost = (letter: string, sound: string) => number;

/**
 * Phonemes laid to letters by hard expectation–maximisation: the likeliest alignment of every word, from the counts of
 * those before. Words with more than two phonemes a letter are left out.
 */
export function alignLetters(words: readonly {word: string; phonemes: readonly string[]}[]): Aligned[] {
  let cost: Cost = (_, sound) => (sound === "" ? 2 : sound.includes(" ") ? 3 : 1);
  let aligned: Aligned[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    aligned = words.flatMap(({word, phonemes}) => {
      const sounds = likeliest(word, phonemes, cost);
      return sounds ? [{word, sounds}] : [];
    });
    const counts = new Map<string, number>();
    const totals = new Map<string, number>();
    for (const {word, sounds} of aligned)
      for (const [i, sound] of sounds.entries()) {
        const letter = word[i]!;
        counts.set(letter + sound, (counts.get(letter + sound) ?? 0) + 1);
        totals.set(letter, (totals.get(letter) ?? 0) + 1);
      }
    cost = (letter, sound) => {
      const count = counts.get(letter + sound);
      return count === undefined ? UNSEEN : Math.log(totals.get(letter)! / count);
    };
  }
  return aligned;
}

function likeliest(word: string, phonemes: readonly string[], cost: Cost): string[] | undefined {
  const columns = phonemes.length + 1;
  const best = new Float64Array((word.length + 1) * columns).fill(Infinity);
  const taken = new Uint8Array(best.length);
  best[0] = 0;
  for (let i = 0; i < word.length; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k <= 2 && j + k < columns; k++) {
        const to = (i + 1) * columns + j + k;
        const sum = best[i * columns + j]! + cost(word[i]!, phonemes.slice(j, j + k).join(" "));
        if (sum < best[to]!) {
          best[to] = sum;
          taken[to] = k;
        }
      }
  if (best.at(-1) === Infinity) return undefined;
  const sounds: string[] = [];
  for (let i = word.length, j = phonemes.length; i > 0; i--) {
    const k = taken[i * columns + j]!;
    sounds.unshift(phonemes.slice(j - k, j).join(" "));
    j -= k;
  }
  return sounds;
}

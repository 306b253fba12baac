/**
 * Words and pairs of neighbouring words of a text with how often each occurs: lower-cased runs of letters and
 * digits, at least two characters, at most 40. A number is kept up to its fourth digit, longer ones as "#".
 */
export function wordCounts(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  let previous = "";
  for (const match of text.toLowerCase().matchAll(/[\p{L}\p{N}]{2,40}/gu)) {
    const word = /^\p{N}{5,}$/u.test(match[0]) ? "#" : match[0];
    counts.set(word, (counts.get(word) ?? 0) + 1);
    if (previous) {
      const pair = `${previous} ${word}`;
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    previous = word;
  }
  return counts;
}

/** A judge's two scores when its first line holds nothing but two numbers, divided by a comma or blanks. */
export function parseScorePair(text: string): [number, number] | undefined {
  const [line = ""] = text.trimStart().split("\n", 1);
  const match = /^\s*\(?(-?\d+(?:\.\d+)?)(?:\s*,\s*|\s+)(-?\d+(?:\.\d+)?)\)?\s*$/.exec(line);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/**
 * A judge's rating: the last number in double square brackets ("[[7]]"), else the number behind the last
 * "Rating:" or "Score:", else the whole answer when it is a number. "7/10" is 7. Undefined when there is none.
 */
export function parseRating(text: string): number | undefined {
  const number = "(-?\\d+(?:\\.\\d+)?)(?:\\s*/\\s*\\d+)?";
  const patterns = [
    `\\[\\[\\s*${number}\\s*\\]\\]`,
    `\\b(?:rating|score)\\**\\s*(?:is|[:=])?\\s*\\**\\s*${number}(?![\\d.]*\\d)`,
    `^\\s*${number}\\s*$`
  ];
  for (const pattern of patterns) {
    const found = [...text.matchAll(new RegExp(pattern, "gi"))].at(-1);
    if (found) return Number(found[1]);
  }
  return undefined;
}

/** Which answer a judge prefers: the last [[A]], [[B]] or [[C]] (a tie), else an answer that is only that letter. */
export function parseChoice(text: string): "first" | "second" | "tie" | undefined {
  const letter =
    [...text.matchAll(/\[\[\s*([ABC])\s*\]\]/gi)].at(-1)?.[1] ?? /^\s*([ABC])\.?\s*$/.exec(text)?.[1];
  if (letter === undefined) return undefined;
  return ({A: "first", B: "second", C: "tie"} as const)[letter.toUpperCase() as "A" | "B" | "C"];
}

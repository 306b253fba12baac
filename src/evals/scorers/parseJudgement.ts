import {withoutReasoning} from "./withoutReasoning.js";

/** A judge's two scores when its first line holds nothing but two numbers, divided by a comma or blanks. */
export function parseScorePair(text: string): [number, number] | undefined {
  const [line = ""] = text.trimStart().split("\n", 1);
  const match = /^\s*\(?(-?\d+(?:\.\d+)?)(?:\s*,\s*|\s+)(-?\d+(?:\.\d+)?)\)?\s*$/.exec(line);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/** What a judge decides, or why its answer does not say. */
export type ParsedJudgement<T> = {verdict: T} | {failed: string};

const NUMBER = "([-−]?\\d+(?:\\.\\d+)?)";
const TOP = "\\s*(\\d+(?:\\.\\d+)?)";
const OUT_OF = `(?:/|out of)${TOP}`;
/** "/10", " out of 10", " (out of 10)", " (4/10)". */
const ANY_SCALE = `\\s*(?:${OUT_OF}|[(\\[]\\s*(?:(?:\\d+(?:\\.\\d+)?\\s*)?/|out of)${TOP}\\s*[)\\]])`;
const SCALE = `(?:${ANY_SCALE})?`;

const RATING = {
  what: "rating",
  like: "Rating: [[N]]",
  bracketed: NUMBER + SCALE,
  label: "rating|score|grade|verdict",
  // A number that counts something, or begins a range, is no rating: "Score: 3 things are missing".
  labelled: `\\[?\\s*${NUMBER}(?![.,]?\\d)${SCALE}(?!${ANY_SCALE})\\]?(?=\\s*(?:$|[^\\s\\p{L}\\p{N}]|points?\\b|stars?\\b))(?!\\s*[-–]\\s*\\d)`,
  alone: NUMBER + SCALE
};

const CHOICE = {
  what: "choice",
  like: "[[A]], [[B]] or [[C]]",
  bracketed: "([ABCabc])",
  label: "verdict|choice|decision|winner|preference|judge?ment",
  labelled: "\\[?\\s*([ABC])\\s*\\]?(?=[^\\p{L}\\p{N}]*$)",
  alone: "([ABC])"
};

/**
 * A judge's rating, which its last line holds: a number in double square brackets ("[[7]]") where the line begins, where it ends
 * or behind "Rating:", a number behind "Rating:" or "Score:", or nothing but a number. "7/10" and "7 out of 10" are 7 where `highest` is 10; where it is another, the judge went by a scale of its own.
 */
export function parseRating(text: string, highest: number): ParsedJudgement<number> {
  const found = verdictOf(text, RATING);
  if ("failed" in found) return found;
  const other = found.outOf.find((top) => Number(top) !== highest);
  return other === undefined
    ? {verdict: Number(found.verdict.replace("−", "-"))}
    : {
        failed: `the judge's rating is ${found.verdict} out of ${other}, and the highest of its scale is ${highest}`
      };
}

/** Which answer a judge prefers: [[A]], [[B]] or [[C]] (a tie) in its last line, else a line that is that letter or "Verdict: A". */
export function parseChoice(text: string): ParsedJudgement<"first" | "second" | "tie"> {
  const found = verdictOf(text, CHOICE);
  if ("failed" in found) return found;
  return {
    verdict: ({A: "first", B: "second", C: "tie"} as const)[found.verdict.toUpperCase() as "A" | "B" | "C"]
  };
}

/** Only the end counts: before it a judge may quote its task, or an answer that tells it what to say. */
function verdictOf(text: string, form: typeof RATING): {verdict: string; outOf: string[]} | {failed: string} {
  const {what, like, bracketed, label, labelled, alone} = form;
  const line = lastLine(text);
  const whole = new RegExp(`^[^\\p{L}\\p{N}−-]*${alone}[^\\p{L}\\p{N}]*$`, "u").exec(line);
  if (whole) return {verdict: whole[1]!, outOf: whole.slice(2).filter((top) => top !== undefined)};
  const bracket = `\\[\\[\\s*${bracketed}\\s*\\]\\]`;
  const said = `\\b(?:${label})\\s*(?:is|of|[:=])*\\s*`;
  const all = [`${bracket}(?:${SIGNS}${OUT_OF}|${ANY_SCALE})?`, said + labelled].flatMap((pattern) => [
    ...line.matchAll(new RegExp(pattern, "giu"))
  ]);
  const several = [...new Set(all.map((match) => match[1]!.toUpperCase()))];
  if (several.length > 1)
    return {
      failed: `the judge's last line names several ${what}s (${several.join(", ")}), and only one may stand there`
    };
  const placed = [
    `^[^\\p{L}\\p{N}]*(?:(?:so|thus|hence|therefore|overall)\\b[\\s,:]*)?${bracket}`,
    `${said}["'“”]*${bracket}`,
    `${bracket}${BEHIND}$`,
    said + labelled
  ].some((pattern) => new RegExp(pattern, "iu").test(line));
  return placed
    ? {
        verdict: several[0]!,
        outOf: all.flatMap(([, , ...tops]) => tops.filter((top) => top !== undefined))
      }
    : {failed: `the judge's answer names no ${what} in its last line, which must end with one, like ${like}`};
}

/** What may stand between a verdict and the end of its line: signs, the scale, "for a tie", a remark in brackets. */
const SIGNS = "[^\\p{L}\\p{N}]{0,20}";
const BEHIND = `${SIGNS}(?:(?:/|out of)\\s*\\d+|points?|stars?|(?:for )?a tie)?${SIGNS}(?:\\([^()]{0,200}\\)${SIGNS})?`;

/** The last line with a letter or a digit, without emphasis and tags. */
function lastLine(text: string): string {
  const lines = withoutReasoning(text).split("\n");
  for (let i = lines.length - 1; i >= 0; i--) {
    const plain = lines[i]!.replace(/<\/?[a-z][\w-]{0,30}>|<\|[^|<>]{0,30}\|>|[*_`]/gi, "");
    if (/[\p{L}\p{N}]/u.test(plain)) return plain.replace(/\s+/g, " ").trim();
  }
  return "";
}

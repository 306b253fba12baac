import {DigitStarts} from "./digitStarts.js";
import {findMarks, type TextMarks} from "./marks.js";
import {isAmong, wordsBefore, wordsOf} from "./wordsBefore.js";

/** What recognisers are handed beside the text. */
export interface ScanContext {
  marks: TextMarks;
  /** Findings that cannot reach this score will be dropped, so a costly search for them may be spared. */
  minScore: number;
  /** Name of the column the text stands in, with those of the members within it. */
  column?: string;
  /**
   * Where something may start that has so many letters, one blank or hyphen perhaps, and then a run of ASCII digits of one of
   * these lengths (any unless told): in order, each with no word touching it from before.
   */
  digitStarts(letters: readonly number[], lengths?: readonly number[]): readonly number[];
  /** Whether one of the words stands up to five words before the offset, or in the column's name. */
  hasWordBefore(offset: number, words: readonly string[]): boolean;
}

/** The words of a column's name stand before everything. */
export function scanContext(text: string, minScore = 0, column?: string): ScanContext {
  const hints = column === undefined ? [] : wordsOf(column);
  const before = new Map<number, string[]>();
  const marks = findMarks(text);
  let starts: DigitStarts | undefined;
  return {
    marks,
    minScore,
    column,
    digitStarts(letters, lengths) {
      starts ??= new DigitStarts(text, marks.digits);
      return starts.find(letters, lengths);
    },
    hasWordBefore(offset, words) {
      if (hints.some((hint) => isAmong(hint, words))) return true;
      let known = before.get(offset);
      if (!known) before.set(offset, (known = wordsBefore(text, offset)));
      return known.some((word) => isAmong(word, words));
    }
  };
}

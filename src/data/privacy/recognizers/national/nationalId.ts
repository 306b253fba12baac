import type {Finding, Recognizer} from "../../finding.js";
import {isWordAfter} from "../../wordBoundary.js";

/** An identity number as its issuer defines it. */
export interface NationalId {
  /** AU_ABN, ... */
  type: string;
  /** Sticky. Matched where the first run of digits starts, or its letters before it. */
  shape: RegExp;
  /** How many letters stand before the first run of digits, a blank or hyphen after them not counted; none unless told. */
  letters?: readonly number[];
  /** Lengths that this run of digits can have; any unless told. */
  runs?: readonly number[];
  /** Check digits and ranges: of the match without its separators, in upper case. Absent when the issuer has none. */
  fits?: (characters: string) => boolean;
  /** What shape and check are worth together: one check digit fits one time in ten by chance. By spelling where that tells. */
  score: number | ((spelled: string) => number);
  context: readonly string[];
}

/** Never given out, and the check digits of most numbers fit. */
const ONE_DIGIT = /^(\d)\1+$/;
const SEPARATORS = /[^0-9A-Z]/gi;

/** A recogniser that starts at runs of digits, so that texts without any cost nothing. */
export function nationalId(id: NationalId): Recognizer {
  const name = id.type.toLowerCase().replaceAll("_", "-");
  const rule = `${name}/${id.fits ? "check-digits" : "shape"}`;
  const letters = id.letters ?? [0];
  return {
    type: id.type,
    name,
    layer: "patterns",
    context: id.context,
    find(text, context) {
      const findings: Finding[] = [];
      let done = 0;
      for (const start of context.digitStarts(letters, id.runs)) {
        if (start < done) continue;
        id.shape.lastIndex = start;
        const spelled = id.shape.exec(text)?.[0];
        if (spelled === undefined || isWordAfter(text, start + spelled.length)) continue;
        const characters = spelled.replace(SEPARATORS, "").toUpperCase();
        if (ONE_DIGIT.test(characters) || (id.fits && !id.fits(characters))) continue;
        done = start + spelled.length;
        const score = typeof id.score === "number" ? id.score : id.score(spelled);
        findings.push({type: id.type, start, end: done, score, rule});
      }
      return findings;
    }
  };
}

import {weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Singapore's numbers of citizens (S, T) and foreigners (F, G, M): seven digits and a check letter. */
export const sgNricFin = nationalId({
  type: "SG_NRIC_FIN",
  letters: [1],
  runs: [7],
  shape: /[STFGM]\d{7}[A-Z]/iy,
  fits: fits,
  score: 0.5,
  context: ["nric", "fin", "singapore"]
});

const LETTERS: Record<string, string> = {
  S: "JZIHGFEDCBA",
  T: "JZIHGFEDCBA",
  F: "XWUTRQPNMLK",
  G: "XWUTRQPNMLK",
  M: "XWUTRQPNJLK"
};
const OFFSET: Record<string, number> = {S: 0, T: 4, F: 0, G: 4, M: 3};

/** Weights 2, 7, 6, 5, 4, 3, 2, more for those of a later century, mod 11. */
function fits(id: string): boolean {
  const series = id[0]!;
  const sum = weighted(id.slice(1), [2, 7, 6, 5, 4, 3, 2]) + OFFSET[series]!;
  return LETTERS[series]![sum % 11] === id[8];
}

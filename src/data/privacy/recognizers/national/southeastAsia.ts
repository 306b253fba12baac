import {weighted} from "../checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Singapore's numbers of citizens (S, T) and foreigners (F, G, M): seven digits and a check letter. */
export const sgNricFin = nationalId({
  type: "SG_NRIC_FIN",
  letters: [1],
  runs: [7],
  shape: /[STFGM]\d{7}[A-Z]/iy,
  fits: nricFits,
  score: 0.5,
  context: ["nric", "fin", "singapore"]
});

const NRIC_LETTERS: Record<string, string> = {
  S: "JZIHGFEDCBA",
  T: "JZIHGFEDCBA",
  F: "XWUTRQPNMLK",
  G: "XWUTRQPNMLK",
  M: "XWUTRQPNJLK"
};
const NRIC_OFFSET: Record<string, number> = {S: 0, T: 4, F: 0, G: 4, M: 3};

/** Weights 2, 7, 6, 5, 4, 3, 2, more for those of a later century, mod 11. */
function nricFits(id: string): boolean {
  const series = id[0]!;
  const sum = weighted(id.slice(1), [2, 7, 6, 5, 4, 3, 2]) + NRIC_OFFSET[series]!;
  return NRIC_LETTERS[series]![sum % 11] === id[8];
}

/** Singapore's numbers of businesses, companies and other bodies, each with a check letter of its own. */
export const sgUen = nationalId({
  type: "SG_UEN",
  letters: [0, 1],
  runs: [2, 8, 9],
  shape: /(?:19|20)\d{7}[A-Z]|\d{8}[A-Z]|[TSR]\d{2}[A-Z]{2}\d{4}[A-Z]/iy,
  fits: uenFits,
  score: 0.25,
  context: ["uen", "entity", "singapore"]
});

const UEN_OTHERS = "ABCDEFGHJKLMNPQRSTUVWX0123456789";

function uenFits(id: string): boolean {
  const last = id.at(-1);
  if (/^\d{8}[A-Z]$/.test(id)) return "XMKECAWLJDB"[weighted(id, [10, 4, 9, 3, 8, 2, 7, 1]) % 11] === last;
  if (/^\d{9}[A-Z]$/.test(id)) return "ZKCMDNERGWH"[weighted(id, [10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11] === last;
  const weights = [4, 3, 5, 3, 10, 2, 2, 5, 7];
  const sum = weights.reduce((total, weight, index) => total + weight * UEN_OTHERS.indexOf(id[index]!), -5);
  return UEN_OTHERS[((sum % 11) + 11) % 11] === last;
}

/** Thailand's number of a person: thirteen digits, weights 13 to 2, mod 11. */
export const thTnin = nationalId({
  type: "TH_TNIN",
  runs: [1, 13],
  shape: /[1-8]([ -]?)\d{4}\1\d{5}\1\d{2}\1\d/y,
  fits: (id) => (11 - (weighted(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(id[12]),
  score: (spelled) => (/[ -]/.test(spelled) ? 0.7 : 0.25),
  context: ["thai", "national", "citizen", "tnin", "บัตรประชาชน", "เลขประจำตัวประชาชน"]
});

import {weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Thailand's number of a person: thirteen digits, weights 13 to 2, mod 11. */
export const thTnin = nationalId({
  type: "TH_TNIN",
  runs: [1, 13],
  shape: /[1-8]([ -]?)\d{4}\1\d{5}\1\d{2}\1\d/y,
  fits: (id) => (11 - (weighted(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(id[12]),
  score: (spelled) => (/[ -]/.test(spelled) ? 0.7 : 0.25),
  context: ["thai", "national", "citizen", "tnin", "บัตรประชาชน", "เลขประจำตัวประชาชน"]
});

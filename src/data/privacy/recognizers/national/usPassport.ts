import {nationalId} from "./nationalId.js";

/** US passports: nine digits, since 2021 also a letter and eight digits, without a check digit. */
export const usPassport = nationalId({
  type: "US_PASSPORT",
  letters: [0, 1],
  runs: [8, 9],
  shape: /[A-Z]\d{8}|\d{9}/iy,
  score: (spelled) => (/^\d/.test(spelled) ? 0.05 : 0.1),
  context: ["passport", "passports", "travel"]
});

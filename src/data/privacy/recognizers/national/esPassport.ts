import {nationalId} from "./nationalId.js";

/** Spanish passports: three letters and six digits, without a check digit. */
export const esPassport = nationalId({
  type: "ES_PASSPORT",
  letters: [3],
  runs: [6],
  shape: /[A-Z]{3}\d{6}/iy,
  score: 0.1,
  context: ["pasaporte", "passport"]
});

import {nationalId} from "./nationalId.js";

/** Italian passports: two letters and seven digits, without a check digit. */
export const itPassport = nationalId({
  type: "IT_PASSPORT",
  letters: [2],
  runs: [7],
  shape: /[A-Z]{2}\d{7}/iy,
  score: 0.1,
  context: ["passaporto", "passport"]
});

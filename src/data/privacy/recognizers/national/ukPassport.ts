import {nationalId} from "./nationalId.js";

/** British passports: nine digits, or two letters and seven digits, without a check digit. */
export const ukPassport = nationalId({
  type: "UK_PASSPORT",
  letters: [0, 2],
  runs: [7, 9],
  shape: /[A-Z]{2}\d{7}|\d{9}/iy,
  score: (spelled) => (/^\d/.test(spelled) ? 0.05 : 0.1),
  context: ["passport", "travel", "hmpo"]
});

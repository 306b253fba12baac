import {nationalId} from "./nationalId.js";

/** Indian passports: a letter and seven digits, the first and the last not 0. */
export const inPassport = nationalId({
  type: "IN_PASSPORT",
  letters: [1],
  runs: [2, 7],
  shape: /[A-PR-WY][1-9]\d ?\d{4}[1-9]/iy,
  score: 0.1,
  context: ["passport", "travel"]
});

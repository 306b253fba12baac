import {nationalId} from "./nationalId.js";

/** Korean passports: a letter of their kind and eight digits, since 2021 with a letter among them. */
export const krPassport = nationalId({
  type: "KR_PASSPORT",
  letters: [1],
  runs: [3, 8],
  shape: /[MSRODG](?:\d{8}|\d{3}[A-Z]\d{4})/iy,
  score: 0.1,
  context: ["passport", "여권", "여권번호"]
});

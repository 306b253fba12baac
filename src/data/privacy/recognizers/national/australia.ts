import {weighted} from "../checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Australia's business number: eleven digits; the first less one, weights 10, 1, 3, ... 19, mod 89. */
export const auAbn = nationalId({
  type: "AU_ABN",
  runs: [2, 11],
  shape: /\d{2}([ -]?)\d{3}\1\d{3}\1\d{3}/y,
  fits: (id) => id[0] !== "0" && (weighted(id, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0,
  score: (spelled) => (spelled.includes(" ") ? 0.6 : 0.3),
  context: ["abn", "australian", "business"]
});

/** Australia's company number: nine digits, the last 10 minus the weighted sum (8 to 1) mod 10. */
export const auAcn = nationalId({
  type: "AU_ACN",
  runs: [3, 9],
  shape: /\d{3}([ -]?)\d{3}\1\d{3}/y,
  fits: (id) => (10 - (weighted(id, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === Number(id[8]),
  score: 0.1,
  context: ["acn", "australian", "company"]
});

/** Australia's Medicare card: ten digits from 2 to 6, the ninth a check digit, the tenth the issue of the card. */
export const auMedicare = nationalId({
  type: "AU_MEDICARE",
  runs: [4, 10],
  shape: /[2-6]\d{3}([ -]?)\d{5}\1\d/y,
  fits: (id) => weighted(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(id[8]),
  score: (spelled) => (spelled.includes(" ") ? 0.5 : 0.2),
  context: ["medicare", "australian"]
});

/** Australia's tax file number: nine digits, weights 1, 4, 3, 7, 5, 8, 6, 9, 10, mod 11. */
export const auTfn = nationalId({
  type: "AU_TFN",
  runs: [3, 9],
  shape: /\d{3}([ -]?)\d{3}\1\d{3}/y,
  fits: (id) => weighted(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
  score: 0.1,
  context: ["tfn", "tax", "file", "australian"]
});

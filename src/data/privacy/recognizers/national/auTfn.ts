import {weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Australia's tax file number: nine digits, weights 1, 4, 3, 7, 5, 8, 6, 9, 10, mod 11. */
export const auTfn = nationalId({
  type: "AU_TFN",
  runs: [3, 9],
  shape: /\d{3}([ -]?)\d{3}\1\d{3}/y,
  fits: (id) => weighted(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
  score: 0.1,
  context: ["tfn", "tax", "file", "australian"]
});

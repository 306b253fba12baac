import {weighted} from "./checkDigits.js";
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

import {weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Australia's company number: nine digits, the last 10 minus the weighted sum (8 to 1) mod 10. */
export const auAcn = nationalId({
  type: "AU_ACN",
  runs: [3, 9],
  shape: /\d{3}([ -]?)\d{3}\1\d{3}/y,
  fits: (id) => (10 - (weighted(id, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === Number(id[8]),
  score: 0.1,
  context: ["acn", "australian", "company"]
});

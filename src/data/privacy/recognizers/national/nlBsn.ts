import {weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** The Netherlands' number of a citizen: weights 9 to 2 and -1, mod 11. */
export const nlBsn = nationalId({
  type: "NL_BSN",
  runs: [9],
  shape: /\d{9}/y,
  fits: (id) => weighted(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
  score: 0.1,
  context: ["bsn", "burgerservicenummer", "sofinummer"]
});

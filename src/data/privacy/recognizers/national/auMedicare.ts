import {weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Australia's Medicare card: ten digits from 2 to 6, the ninth a check digit, the tenth the issue of the card. */
export const auMedicare = nationalId({
  type: "AU_MEDICARE",
  runs: [4, 10],
  shape: /[2-6]\d{3}([ -]?)\d{5}\1\d/y,
  fits: (id) => weighted(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(id[8]),
  score: (spelled) => (spelled.includes(" ") ? 0.5 : 0.2),
  context: ["medicare", "australian"]
});

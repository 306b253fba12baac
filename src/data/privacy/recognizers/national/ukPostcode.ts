import {nationalId} from "./nationalId.js";

/** British postcodes: area, district, sector and unit. A place of few houses, so that words beside it decide. */
export const ukPostcode = nationalId({
  type: "UK_POSTCODE",
  letters: [1, 2, 3],
  runs: [1, 2, 3],
  shape:
    /(?:GIR ?0AA|(?:[A-PR-UWYZ](?:\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d{1,2}|[A-HK-Y]\d[ABEHMNPRVWXY])) ?\d[ABD-HJLNP-UW-Z]{2})/iy,
  score: 0.1,
  context: ["postcode", "postal", "zip", "address", "post"]
});

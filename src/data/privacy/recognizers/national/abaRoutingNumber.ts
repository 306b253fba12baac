import {weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** US banks' routing numbers: nine digits from a district that exists, weights 3, 7, 1, mod 10. */
export const abaRoutingNumber = nationalId({
  type: "ABA_ROUTING_NUMBER",
  runs: [4, 9],
  shape:
    /(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}|(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{2}-\d{4}-\d/y,
  fits: (id) => weighted(id, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0,
  score: 0.1,
  context: ["aba", "routing", "rtn", "transit"]
});

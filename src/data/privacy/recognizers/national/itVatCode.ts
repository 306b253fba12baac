import {luhn} from "../../luhn.js";
import {nationalId} from "./nationalId.js";

/** Italy's VAT number: eleven digits, the last by Luhn's formula; also with the country before it. */
export const itVatCode = nationalId({
  type: "IT_VAT_CODE",
  letters: [0, 2],
  runs: [11],
  shape: /(?:IT ?)?\d{11}/iy,
  fits: (id) => luhn(id.slice(-11)),
  score: 0.25,
  context: ["partita", "iva", "piva", "vat"]
});

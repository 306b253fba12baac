import {luhn} from "../../luhn.js";
import {nationalId} from "./nationalId.js";

/** US providers of health care: ten digits from 1 or 2, Luhn with 80840 before them. */
export const usNpi = nationalId({
  type: "US_NPI",
  runs: [4, 10],
  shape: /[12]\d{9}|[12]\d{3}([ -])\d{3}\1\d{3}/y,
  fits: (id) => luhn(`80840${id}`),
  score: 0.1,
  context: ["npi", "provider"]
});

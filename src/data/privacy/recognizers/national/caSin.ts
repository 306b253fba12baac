import {luhn} from "../../luhn.js";
import {nationalId} from "./nationalId.js";

/** Canada's social insurance number: nine digits, Luhn. */
export const caSin = nationalId({
  type: "CA_SIN",
  runs: [3, 9],
  shape: /[1-79]\d{2}([ -]?)\d{3}\1\d{3}/y,
  fits: luhn,
  score: 0.25,
  context: ["sin", "social", "insurance", "canada", "canadian", "nas"]
});

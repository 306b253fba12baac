import {luhn} from "../../luhn.js";
import {nationalId} from "./nationalId.js";

/** Portugal's citizen card: eight digits, a check digit, two letters or digits and another check digit, which is Luhn's. */
export const ptCitizenCard = nationalId({
  type: "PT_CITIZEN_CARD",
  runs: [8, 9],
  shape: /\d{8} ?\d ?[A-Z]{2}\d/iy,
  fits: luhn,
  score: 0.5,
  context: ["cartão", "cidadão", "cc"]
});

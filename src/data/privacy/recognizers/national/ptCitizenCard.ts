import {base36} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Portugal's citizen card: eight digits, a check digit, two letters or digits and another check digit. */
export const ptCitizenCard = nationalId({
  type: "PT_CITIZEN_CARD",
  runs: [8, 9],
  shape: /\d{8} ?\d ?[A-Z]{2}\d/iy,
  fits,
  score: 0.5,
  context: ["cartão", "cidadão", "cc"]
});

/** As Luhn's, with letters from A as 10: every second value from the right is doubled, less 9 from 10 on. */
function fits(id: string): boolean {
  const values = Array.from(id, base36);
  const sum = values.reduce((total, value, index) => {
    const doubled = index % 2 === 0 ? 2 * value : value;
    return total + (index % 2 === 0 && doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

import {luhn} from "../../luhn.js";
import {isCalendarDay} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Sweden's number of a person: birth date (its day plus 60 for a coordination number), serial, Luhn. */
export const sePersonnummer = nationalId({
  type: "SE_PERSONNUMMER",
  runs: [6, 8, 10, 12],
  shape: /(?:(?:18|19|20)\d{6}|\d{6})[-+]?\d{4}/y,
  fits: fits,
  score: (spelled) => (/[-+]/.test(spelled) ? 0.6 : 0.2),
  context: ["personnummer", "samordningsnummer", "personal", "identity"]
});

/** A century before the date does not count. */
function fits(id: string): boolean {
  const ten = id.slice(-10);
  const day = Number(ten.slice(4, 6));
  return isCalendarDay(day > 60 ? day - 60 : day, Number(ten.slice(2, 4))) && luhn(ten);
}

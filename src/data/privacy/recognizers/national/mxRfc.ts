import {isCalendarDay} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Mexico's tax number of a person: letters of the names, birth date, two characters and a check digit. */
export const mxRfc = nationalId({
  type: "MX_RFC",
  letters: [4],
  runs: [6, 7, 8, 9],
  shape: /[A-Z][AEIOUX][A-Z]{2}\d{6}[0-9A-Z]{2}[0-9A]/iy,
  fits,
  score: 0.5,
  context: ["rfc"]
});

const VALUES = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ";

function fits(id: string): boolean {
  const sum = Array.from(id.slice(0, 12)).reduce(
    (total, character, index) => total + VALUES.indexOf(character) * (13 - index),
    0
  );
  const check = (11 - (sum % 11)) % 11;
  return (
    isCalendarDay(Number(id.slice(8, 10)), Number(id.slice(6, 8))) &&
    (check === 10 ? "A" : String(check)) === id.at(-1)
  );
}

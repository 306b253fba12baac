import {base36, isCalendarDay} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Mexico's key of a person: letters of the names, birth date, sex, state, more letters, a serial and a check digit. */
export const mxCurp = nationalId({
  type: "MX_CURP",
  letters: [4],
  runs: [6],
  shape: /[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z]\d/iy,
  fits,
  score: 0.9,
  context: ["curp"]
});

function fits(id: string): boolean {
  // Ñ stands between N and O, and is written X.
  const values = Array.from(id, (character) => base36(character) + (character > "N" ? 1 : 0));
  const sum = values.slice(0, 17).reduce((total, value, index) => total + value * (18 - index), 0);
  return (
    isCalendarDay(Number(id.slice(8, 10)), Number(id.slice(6, 8))) && (10 - (sum % 10)) % 10 === values[17]
  );
}
